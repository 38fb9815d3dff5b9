// Says when the time that is kept for the visitor is about to run out. Nothing moves or is sent:
// the server alone decides; without this script the page still tells the end of the hold.
const hold = document.querySelector("[data-expires]");

if (hold) {
  const WARNING = 2 * 60 * 1000;
  const [kept, soon, over] = ["kept", "soon", "over"].map((part) => hold.querySelector(`[data-${part}]`));
  // Measured from the server's clock, because the visitor's may be wrong.
  const end = Date.now() + Date.parse(hold.dataset.expires) - Date.parse(hold.dataset.now);
  let next;

  const tell = () => {
    clearTimeout(next);
    const left = end - Date.now();
    if (left > WARNING) {
      next = setTimeout(tell, left - WARNING);
    } else if (left > 0) {
      soon.textContent = soon.dataset.soon;
      next = setTimeout(tell, left);
    } else {
      kept.hidden = true;
      soon.textContent = "";
      over.textContent = over.dataset.over;
    }
  };

  tell();
  // Timers sleep with the tab or the laptop.
  document.addEventListener("visibilitychange", tell);
}
