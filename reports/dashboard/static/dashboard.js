"use strict";

// Fetches what happens now twice a second, and puts in place the sections that are not as they were.
const PAUSE = 500;
const live = document.getElementById("live");
const connection = document.getElementById("connection");

function put(text) {
  const fetched = new DOMParser().parseFromString(text, "text/html");
  for (const section of fetched.querySelectorAll("section[id]")) {
    const shown = document.getElementById(section.id);
    if (!shown || shown.innerHTML === section.innerHTML) continue;
    const focused = shown.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    shown.replaceWith(section);
    const again = focused && [...section.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused);
    if (again) again.focus({ preventScroll: true });
  }
}

function say(text) {
  if (connection.textContent !== text) connection.textContent = text;
}

async function refresh() {
  try {
    const answer = await fetch(live.dataset.from, { cache: "no-store" });
    const text = await answer.text();
    if (answer.ok) put(text);
    say(answer.ok ? "" : new DOMParser().parseFromString(text, "text/html").querySelector("main p").textContent);
  } catch {
    say("This page's server does not answer: make dashboard starts it. What you see is as it was then.");
  }
}

async function follow() {
  if (!document.hidden) await refresh();
  setTimeout(follow, PAUSE);
}

if (live) {
  follow();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
} else if (document.body.dataset.again) {
  setTimeout(() => location.reload(), 4 * PAUSE);
}

// A choice in a form is put at once; the button is for those without scripts.
for (const choice of document.querySelectorAll("form select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
