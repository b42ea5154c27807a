// Starts a download as soon as its file is made, and says aloud how far a briefing is and that a file is ready.
(() => {
  const PAUSE = 8000; // milliseconds between two announcements while questions are being answered
  const live = document.createElement("div");
  live.className = "unseen";
  live.setAttribute("aria-live", "polite");
  document.body.append(live);
  let said = "";
  let last = 0;

  const say = (text) => {
    if (text === said) return;
    said = text;
    last = Date.now();
    live.textContent = text;
  };

  const follow = () => {
    document.querySelectorAll("a.download[data-start]").forEach((link) => {
      link.removeAttribute("data-start");
      link.click();
      say(`${link.textContent}: the download has begun.`);
    });
    const problem = document.querySelector(".export-problem:not([data-said])");
    if (problem) {
      problem.setAttribute("data-said", "");
      say(problem.innerText);
    }
    const status = document.getElementById("briefing-status");
    const told = status?.querySelector(".briefing-told")?.innerText ?? "";
    const under = status?.querySelector("progress");
    if (told && told !== status.dataset.told && !(under && Date.now() - last < PAUSE)) {
      status.dataset.told = told;
      say(told);
    }
    // The button that was pressed is gone when the work ends: go on reading at the formats.
    if (told && !under && document.activeElement === document.body)
      document.getElementById("briefing-docx")?.focus({ preventScroll: true });
  };

  new MutationObserver(follow).observe(document.body, { childList: true, subtree: true });
})();
