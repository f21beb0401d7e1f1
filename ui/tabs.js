// One conversation a tab. The page library keeps that of all tabs under one key, so that the last
// writer would erase the others'; each tab keeps what it writes itself, too, and puts it back on a
// reload. A new tab goes on with what was said last.
(key) => {
  const write = Storage.prototype.setItem;
  const own = sessionStorage.getItem(key);
  if (own !== null) localStorage.setItem(key, own);
  Storage.prototype.setItem = function (name, value) {
    if (name === key) write.call(sessionStorage, name, value);
    write.call(this, name, value);
  };
}
