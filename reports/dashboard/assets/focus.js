// A part of the page that is replaced takes the reader's place with it: the same link of the new one gets it again.
let part = "", link = "";
document.addEventListener("focusin", ({ target }) => {
  part = target.closest("section[id]")?.id ?? "";
  link = target.getAttribute("href") ?? "";
});
document.addEventListener("mousedown", () => { part = ""; });
new MutationObserver(() => {
  if (!part || document.activeElement !== document.body) return;
  const links = [...document.getElementById(part)?.querySelectorAll("a") ?? []];
  links.find((one) => one.getAttribute("href") === link)?.focus({ preventScroll: true });
}).observe(document.body, { childList: true, subtree: true });
