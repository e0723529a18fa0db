/**
 * Which turns were really seen. A tireless eye is sent through the text at the pace of the fastest
 * reader: one turn after the other, only over what is in view, only while the page is looked at.
 * A turn counts when the eye came to its end, so one that is longer than the window counts when
 * all of it was scrolled through, and ten short ones on a screen take as long as their words.
 */
/** 12 ms a character is a thousand words a minute, which nobody reads: a floor, no proof. */
const MS_A_CHARACTER = 12;
const LOOK_MS = 250;
/** How far out of view a line may be while it is still being read, in pixels. */
const MARGIN = 40;

class Reading {
  /**
   * @param {Element} scroller @param {Element[]} rows one per turn
   * @param {(turn:number)=>number} lengthOf in characters
   * @param {(turn:number)=>boolean} isRead @param {(turn:number)=>void} seen
   */
  constructor(scroller, rows, lengthOf, isRead, seen) {
    Object.assign(this, { scroller, rows, lengthOf, isRead, seen });
    /** How far the eye came in turns it has not finished, in characters. */
    this.reached = new Map();
    this.near = new Set();
    this.watch = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const turn = Number(entry.target.dataset.turn);
        if (entry.isIntersecting) this.near.add(turn);
        else this.near.delete(turn);
      }
    });
    for (const row of rows) this.watch.observe(row);
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  look() {
    if (document.visibilityState !== "visible") return;
    const frame = this.scroller.getBoundingClientRect();
    const top = Math.max(frame.top, 0) - MARGIN;
    const bottom = Math.min(frame.bottom, innerHeight) + MARGIN;
    let left = LOOK_MS / MS_A_CHARACTER;
    for (const turn of [...this.near].sort((a, b) => a - b)) {
      if (left <= 0) return;
      if (!this.isRead(turn)) left -= this.readOn(turn, left, top, bottom);
    }
  }

  /** Move the eye on in a turn, as far as it is in view. @returns {number} characters read */
  readOn(turn, left, top, bottom) {
    const length = this.lengthOf(turn);
    const box = this.rows[turn].children[1].getBoundingClientRect();
    const at = this.reached.get(turn) ?? 0;
    const height = Math.max(box.height, 1);
    const place = box.top + (length ? at / length : 0) * height;
    if (place < top || place > bottom) return 0;
    const end = box.bottom <= bottom ? length : Math.floor((length * (bottom - box.top)) / height);
    const read = Math.max(0, Math.min(left, end - at));
    this.reached.set(turn, at + read);
    if (at + read >= length) {
      this.reached.delete(turn);
      this.seen(turn);
    }
    return read;
  }

  stop() {
    this.watch.disconnect();
    clearInterval(this.timer);
  }
}
