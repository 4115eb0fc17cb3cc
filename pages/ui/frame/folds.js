// On a phone a page is cards, a picture, a table: a long list shows what fits a fifth of the screen, figures after the first
// their sentence, each the rest after a press. A wide screen and paper have all of it (chrome.css).
{
  // Lists, their lines, the least number of lines that say something, and the height they may take, where it is another.
  const LISTS = [
    [".plan-part", ".plan-line", 2], [".dots", ".dot-row", 1, 140], [".refusals", ".row", 1], [".progs", ".prog", 3],
    [".pairs", ":scope > *", 3], [".families", ":scope > *", 4], [".pieces", ".piece", 4], [".register", ":scope > *", 3],
    [".place-histogram", ".spot:not(.head)", 4], [".grid tbody", ":scope > tr", 4], [".small-lines", ".multiple, h3", 4],
    [".tl.events", ":scope > *", 4], ["[role=tabpanel]:has(> .entry)", ":scope > :is(.entry, .chapter)", 3], [".figures", ".one", 4],
    [".settle", ":scope > *", 3], [".bulletin", ":scope > :not(.prose), :scope > .prose > p", 12], [".towns", ".town", 4],
    [".pair .plain", ":scope > li", 3], [".block:has(> .board)", ":scope > .board ~ *", 0],
    [".covers tbody", ":scope > tr", 4], [".promises", ":scope > *", 4, 900], [".st-key-text .paper", ":scope > p", 4, 900],
    [".tl:not(.events)", ":scope > *", 4, 900], [".block:has(> .starter)", ":scope > :is(h4, .starter)", 4, 700],
  ]
  const ROOM = 180
  const LONG = 3500
  const phone = matchMedia("(max-width: 860px)")
  const fold = (list, lines, least, room = ROOM) => {
    if (list.dataset.folds) return
    const all = [...list.querySelectorAll(lines)]
    let shown = 0
    for (let high = 0; least && shown < all.length && (shown < least || high < room); shown++) high += all[shown].offsetHeight || ROOM / 5
    // A date and what happened stand in two cells.
    if (list.matches(".tl")) shown += shown % 2
    // No head stands without what it heads.
    while (shown > 1 && shown < all.length && all[shown - 1].matches("h3, h4, .chapter")) shown--
    // A press for a line or two more is no gain.
    const rest = all.slice(shown)
    if (rest.reduce((high, line) => high + (line.offsetHeight || ROOM / 5), 0) < 100) return
    list.dataset.folds = "yes"
    rest.forEach((line) => line.classList.add("later-line"))
    const more = document.createElement("button")
    more.type = "button"
    more.className = "more-lines"
    more.textContent = least ? "再看其余的" : "看图和表"
    more.onclick = () => {
      list.dataset.folds = "opened"
      more.remove()
      rest[0].tabIndex = -1
      rest[0].focus({ preventScroll: true })
    }
    const place = list.matches("tbody") ? list.closest("table") : list
    if (list.matches("[role=tabpanel], .block")) list.append(more)
    else place.after(more)
  }
  // After its first pictures a page on a phone goes on with sentences, each with its picture behind a press.
  const foldFigures = () => {
    const first = document.querySelector(".cards") ? 1 : 2
    // Those of the page itself: what is painted before it has the same figures again, and goes. Cards are no picture.
    const figures = [...document.querySelectorAll("#root .block:has(> .fig h2)")].filter(
      (one) => one.childElementCount > 1 && !one.querySelector(".cards"),
    )
    for (const figure of figures.slice(first)) if (figure.offsetHeight > 480) fold(figure, ":scope > :not(.fig)", 0)
    return figures.slice(first)
  }
  const all = () => {
    if (!phone.matches) return
    const figures = foldFigures()
    for (const [lists, lines, least, room] of LISTS)
      for (const list of document.querySelectorAll(lists)) fold(list, lines, least, room)
    // Longer than a thumb goes all the same, when all of it is there: smaller figures too, the last first.
    const main = document.querySelector("[data-testid=stApp][data-test-script-state=notRunning] [data-testid=stMain]")
    for (const figure of figures.reverse())
      if (main && main.scrollHeight > LONG && figure.offsetHeight > 240) fold(figure, ":scope > :not(.fig)", 0)
  }
  let waiting = 0
  const soon = () => {
    clearTimeout(waiting)
    waiting = setTimeout(all, 60)
  }
  new MutationObserver(soon).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-test-script-state"] })
  phone.addEventListener("change", soon)
  soon()
}
