// The pages to sign in and out: dark where the system is, a password that can be shown, errors first.
const night = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark", night.matches);
night.addEventListener("change", followScheme);
followScheme();

addEventListener("DOMContentLoaded", () => {
  document.querySelector(".summary")?.focus();

  const show = document.querySelector("#show");
  const password = document.querySelector("#password");
  if (show) {
    show.hidden = false;
    show.addEventListener("click", () => {
      const shown = password.type === "text";
      password.type = shown ? "password" : "text";
      show.setAttribute("aria-pressed", String(!shown));
      show.firstChild.data = shown ? "Show" : "Hide";
    });
    // A password manager must find a password field when the form is sent.
    show.form.addEventListener("submit", () => (password.type = "password"));
  }

  const forget = document.querySelector("#forget");
  forget?.form.addEventListener("submit", () => {
    if (!forget.checked) return;
    localStorage.clear();
    sessionStorage.clear();
  });
});
