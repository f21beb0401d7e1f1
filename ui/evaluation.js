() => {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const places = { show: "#result", compare: "#comparison", resume: "#progress" };
  let asked = "";

  window.wenbao = {
    remember: (button) => {
      asked = button.dataset.do;
    },
    changed: () => {},
    // What a click on the start button shows may be below the window.
    started: () => document.querySelector("#progress")?.scrollIntoView({ block: "nearest" }),
    shown: () => {
      const place = document.querySelector(places[asked] ?? "");
      place?.scrollIntoView({ block: "start", behavior: still.matches ? "auto" : "smooth" });
    },
  };
}
