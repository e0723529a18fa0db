/**
 * Which turns were really seen: most of it (or of the window) in view, in a page that is
 * looked at, for as long as the fastest reader needs.
 */
const READ_SHARE = 0.6;
/** 12 ms a character is a thousand words a minute, which nobody reads: a floor, no proof. */
const MS_A_CHARACTER = 12;
const LEAST_MS = 600;
const MOST_MS = 6000;

class Reading {
  /**
   * @param {Element} scroller @param {Element[]} rows one per turn
   * @param {(turn:number)=>number} lengthOf in characters
   * @param {(turn:number)=>boolean} isRead @param {(turn:number)=>void} seen
   */
  constructor(scroller, rows, lengthOf, isRead, seen) {
    this.timers = new Map();
    this.watch = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          const turn = Number(entry.target.dataset.turn);
          const tall = Math.min(entry.boundingClientRect.height, entry.rootBounds?.height ?? Infinity);
          const inView =
            entry.isIntersecting && entry.intersectionRect.height >= READ_SHARE * tall;
          if (!inView || isRead(turn)) this.leave(turn);
          else if (!this.timers.has(turn)) {
            const wait = Math.min(MOST_MS, Math.max(LEAST_MS, MS_A_CHARACTER * lengthOf(turn)));
            this.timers.set(turn, setTimeout(() => this.dwelt(turn, wait, seen), wait));
          }
        }
      },
      { root: scroller.scrollHeight > scroller.clientHeight ? scroller : null, threshold: [0, 0.1, 0.3, 0.6, 0.9] },
    );
    for (const row of rows) this.watch.observe(row);
  }

  dwelt(turn, wait, seen) {
    if (document.visibilityState !== "visible") {
      this.timers.set(turn, setTimeout(() => this.dwelt(turn, wait, seen), wait));
      return;
    }
    this.timers.delete(turn);
    seen(turn);
  }

  leave(turn) {
    clearTimeout(this.timers.get(turn));
    this.timers.delete(turn);
  }

  stop() {
    this.watch.disconnect();
    for (const turn of [...this.timers.keys()]) this.leave(turn);
  }
}
