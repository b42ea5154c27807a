// Leads from a count to its theme without a step in the browser's history, so that Back and a closed source lead to where
// the reader was.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".workforce-counts a");
  const heading = link && document.getElementById(link.hash.slice(1));
  if (!heading || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: "start" });
});
