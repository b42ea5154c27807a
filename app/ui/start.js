// The start page: keeps what is typed for the real page, and makes way for it as soon as it is there.
const KEPT = "collabkb:early";
const STILL_TYPING = 1500;
const box = document.querySelector("#early-question");
const state = document.querySelector("#state");
let typed = 0;
let asked = false;

document.documentElement.classList.toggle("dark", matchMedia("(prefers-color-scheme: dark)").matches);

const keep = () => sessionStorage.setItem(KEPT, JSON.stringify({ question: box.value, asked }));

box.addEventListener("input", () => {
  typed = Date.now();
  keep();
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  document.querySelector("#early").requestSubmit();
});
document.querySelector("#early").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!box.value.trim()) return (state.textContent = "Type a question first.");
  asked = true;
  keep();
  state.textContent = "Your question is kept. It is asked as soon as collabkb has started.";
});

const look = async () => {
  let wait = 400;
  try {
    const reply = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
    if (reply.headers.get("x-collabkb") !== "starting") {
      const rest = asked ? 0 : typed + STILL_TYPING - Date.now();
      if (rest <= 0) return location.reload();
      wait = rest;
    }
  } catch {
    state.textContent = "collabkb has stopped. Start it again on this machine, then load this page again.";
    wait = 2000;
  }
  setTimeout(look, wait);
};

const before = JSON.parse(sessionStorage.getItem(KEPT) || "null");
if (before?.question) box.value = before.question;
setTimeout(look, 400);
