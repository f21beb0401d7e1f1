(texts) => {
  document.documentElement.lang = "zh-CN";

  // The library announces lost connections and full queues in English: say it in Chinese.
  const notice = document.createElement("p");
  notice.id = "notice";
  notice.setAttribute("role", "alert");
  document.body.append(notice);
  const kinds = [
    [/connection/i, "lost"],
    [/queue|busy/i, "full"],
    [/size/i, "large"],
  ];
  const announce = () => {
    const toast = document.querySelector(".toast-body.error");
    const said = toast?.textContent ?? "";
    const kind = kinds.find(([pattern]) => pattern.test(said))?.[1] ?? "failed";
    const text = toast ? texts[kind] : "";
    if (notice.textContent !== text) notice.textContent = text;
  };
  new MutationObserver(announce).observe(document.body, { childList: true, subtree: true });
}
