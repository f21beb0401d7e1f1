(texts) => {
  const WRITING = "wenbao-writing-1";
  const narrow = window.matchMedia("(max-width: 53.75em), (max-height: 30em)");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const find = (selector) => document.querySelector(selector);
  let opener = ".none";
  let opened = "";
  let closing = false;
  let rated = "";
  let followed;

  const glide = (node, block) =>
    node?.scrollIntoView({ block, behavior: still.matches ? "auto" : "smooth" });

  // The page library's text box cannot be a date field; the browser's own picker is the best one.
  const pickDays = () => {
    document.querySelectorAll("#first-day input, #last-day input").forEach((box) => {
      const note = () => {
        box.parentElement.dataset.any = box.value || box === document.activeElement ? "" : texts.any;
      };
      box.type = "date";
      ["input", "change", "focus", "blur"].forEach((name) => box.addEventListener(name, note));
      note();
    });
  };

  // What is written and not asked yet outlives a reload, also the library's own one after a lost
  // connection.
  const keepWriting = () => {
    const boxes = [...document.querySelectorAll("#compose :is(textarea, input)")];
    const written = JSON.parse(sessionStorage.getItem(WRITING) ?? "[]");
    sessionStorage.removeItem(WRITING);
    boxes.forEach((box, place) => {
      if (!written[place] || box.value) return;
      box.value = written[place];
      box.dispatchEvent(new Event("input", { bubbles: true }));
    });
    window.addEventListener("pagehide", () => {
      sessionStorage.setItem(WRITING, JSON.stringify(boxes.map((box) => box.value)));
    });
  };

  // Reporter, headline and source stay folded away until wanted; a limit in force is never hidden.
  const fold = () => {
    const toggle = find("#more-toggle button");
    const more = find("#more");
    const filled = () => [...more.querySelectorAll("input, textarea")].some((box) => box.value);
    const show = (open) => {
      toggle.setAttribute("aria-expanded", String(open));
      more.classList.toggle("open", open);
    };
    show(filled());
    toggle.addEventListener("click", () => {
      show(filled() || !more.classList.contains("open"));
      if (more.classList.contains("open")) more.querySelector("input, textarea").focus();
    });
  };

  const prepare = () => {
    if (document.querySelectorAll("#dates input").length < 2 || !find("#more-toggle button")) {
      window.setTimeout(prepare, 50);
      return;
    }
    pickDays();
    keepWriting();
    fold();
  };

  const showArticle = (root) => {
    const clipping = root.querySelector(".clipping");
    find("#panel").classList.toggle("reading", Boolean(clipping));
    if (closing) {
      closing = false;
      (find(`#sources ${opener}`) ?? find("#sources button"))?.focus();
    }
    if (!clipping || clipping.dataset.opened === opened) return;
    opened = clipping.dataset.opened;
    const mark = clipping.querySelector("mark.focus") ?? clipping;
    mark.focus({ preventScroll: true });
    mark.scrollIntoView({ block: "center" });
  };

  // Follows the text being written, unless the reader scrolled up to read something else; what is
  // finished comes into view as far as it fits.
  const follow = () => {
    const talk = find("#talk");
    const exchange = find("#current .exchange");
    if (exchange?.dataset.id !== followed) {
      followed = exchange?.dataset.id;
      glide(exchange, "start");
      return;
    }
    if (!exchange || narrow.matches) return;
    const view = talk.getBoundingClientRect();
    const box = exchange.getBoundingClientRect();
    const near = box.bottom - view.bottom < 240;
    const begins = box.top >= view.top - 1 && box.top < view.bottom;
    const busy = exchange.querySelector(".reply[aria-busy=true]");
    if (!busy && begins) glide(exchange, "nearest");
    else if (near) talk.scrollTop = talk.scrollHeight;
  };

  const backToAnswer = () => {
    const chip = find(`#talk ${opener}`);
    glide(chip ?? find("#current"), chip ? "center" : "end");
    chip?.focus({ preventScroll: true });
    return Boolean(chip);
  };

  // A reason that was sent takes its button along: the keyboard goes on at the rating.
  const keepPlace = () => {
    if (!rated || document.activeElement !== document.body) return;
    find(`#talk [data-do="rate"][data-turn="${rated}"][aria-pressed="true"]`)?.focus();
    rated = "";
  };

  const copy = async (button) => {
    const text = button.dataset.copy;
    const copied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    if (!copied) {
      // Plain http inside an office: browsers offer the clipboard only in this old way.
      const area = document.createElement("textarea");
      area.value = text;
      area.style.position = "fixed";
      area.style.opacity = "0";
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus({ preventScroll: true });
    }
    const label = button.textContent;
    button.textContent = texts.copied;
    window.setTimeout(() => {
      button.textContent = label;
    }, 1600);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button?.hasAttribute("data-copy")) copy(button);
    if (button?.hasAttribute("data-back")) backToAnswer();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !event.target.closest?.("#panel.reading")) return;
    if (!backToAnswer()) find("#article .to-sources").click();
  });

  window.wenbao = {
    remember: (button) => {
      const { do: action, turn, number, place } = button.dataset;
      closing = action === "sources";
      if (action === "reason") rated = turn;
      if (button.closest("#article") || !["cite", "found", "related"].includes(action)) return;
      const which = number ? `[data-number="${number}"]` : `[data-place="${place}"]`;
      opener = `[data-do="${action}"][data-turn="${turn}"]${which}`;
    },
    changed: (root) => {
      if (root.closest("#article")) showArticle(root);
      else if (root.closest("#talk")) {
        if (root.closest("#current")) follow();
        keepPlace();
      }
    },
    unfiltered: () => {
      window.setTimeout(() => {
        document.querySelectorAll("#dates input").forEach((box) => box.dispatchEvent(new Event("blur")));
      }, 50);
      return ["", "", "", "", ""];
    },
    ready: () => {
      if (!narrow.matches && document.activeElement === document.body) {
        find("#question textarea")?.focus();
      }
    },
    download: (file) => {
      if (!file) return;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([file.text], { type: "text/plain" }));
      link.download = file.name;
      link.click();
      URL.revokeObjectURL(link.href);
    },
  };

  prepare();
}
