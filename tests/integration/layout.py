"""What a reader would stumble over in a page as it is laid out: found by the boxes of its elements and words."""

from tests.integration.devtools import Tab

# A word longer than this may be broken.
LONGEST_WORD = 24
FAULTS = """
(() => {
  const found = new Set(), page = document.documentElement.clientWidth;
  const text = element => element.textContent.trim().replace(/\\s+/g, ' ').slice(0, 60);
  const says = (element, fault) => found.add(`<${element.tagName.toLowerCase()}> ${fault}: ${text(element)}`);
  const inside = (box, frame) => box.left >= frame.left - 1 && box.right <= frame.right + 1
    && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
  const seen = element => element.getBoundingClientRect().width > 0;
  const scrolls = element => getComputedStyle(element).overflowX === 'auto' && page > PHONE;

  for (const element of [...document.querySelectorAll('body *')].filter(seen)) {
    if (element.closest('svg') && element.tagName !== 'svg') continue;
    const box = element.getBoundingClientRect(), scrolled = element.parentElement.closest('.scroll');
    const held = scrolled && scrolls(scrolled), cut = element.scrollWidth > element.clientWidth + 1;
    if ((box.right > page + 1 || box.left < -1) && !held) says(element, 'wider than the page');
    if (element.clientWidth && cut && !scrolls(element)) says(element, 'is cut');
  }
  for (const svg of document.querySelectorAll('svg')) {
    const visible = getComputedStyle(svg).overflow === 'visible' && svg.closest('figure');
    const frame = (visible || svg).getBoundingClientRect(), texts = [...svg.querySelectorAll('text')].filter(seen);
    for (const element of texts) if (!inside(element.getBoundingClientRect(), frame)) says(element, 'is cut');
    const boxes = texts.map(element => [element.getBoundingClientRect(), element]);
    boxes.forEach(([one, element], place) => boxes.slice(place + 1).forEach(([other]) => {
      if (one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 4
          && other.top < one.bottom - 4) says(element, 'lies over another');
    }));
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    if (node.parentElement.closest('svg, style, script')) continue;
    for (const word of node.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
      if (lines.size > 1 && word[0].length <= LONGEST) found.add(`broken: ${word[0]} in ${text(node.parentElement)}`);
    }
  }
  return [...found];
})()
"""


def faults(tab: Tab) -> list[str]:
    """Return what is wider than the page, cut, broken within a word, or lies over other text.

    A table on a wide screen may scroll within its frame; on a phone nothing may.
    """
    return tab.ask(FAULTS.replace("LONGEST", str(LONGEST_WORD)).replace("PHONE", "640"))
