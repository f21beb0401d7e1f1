// One conversation a tab. The page library keeps that of all tabs under one key, so that the last
// writer would erase the others'; each tab keeps its own beside it and puts it back on a reload.
// A new tab goes on with what was said last. `foreign` is what another tab wrote last.
(key) => {
  let own = sessionStorage.getItem(key);
  if (own !== null) localStorage.setItem(key, own);
  let foreign = null;
  window.addEventListener("storage", (event) => {
    if (event.key !== key) return;
    if (event.oldValue !== foreign) own = event.oldValue;
    foreign = event.newValue;
  });
  window.addEventListener("pagehide", () => {
    const there = localStorage.getItem(key);
    if (there !== foreign) own = there;
    if (own !== null) sessionStorage.setItem(key, own);
  });
}
