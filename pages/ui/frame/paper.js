// Before a page is printed: what was drawn for a screen takes the width of the sheet, and a last sheet that would hold no more
// than a few lines is spared by letters a little smaller.
{
  // A4 within the margins of `@page` (chrome.css), in pixels of CSS; no letter is made smaller than by a seventh.
  const WIDTH = (210 - 24) * (96 / 25.4)
  const HEIGHT = (297 - 28) * (96 / 25.4)
  const SMALLEST = 0.86
  // Rows are not broken, so that a sheet ends a little above its foot.
  const FILLED = 0.985

  const drawings = () => document.querySelectorAll(".js-plotly-plot .main-svg")
  const columns = () => document.querySelectorAll("[data-testid=stMain] [data-testid=stColumn]")
  const rules = () =>
    [...document.styleSheets].flatMap((sheet) => {
      try {
        return [...sheet.cssRules].filter((rule) => rule instanceof CSSMediaRule)
      } catch {
        return []
      }
    })
  // What `measure` finds where the page stands as on paper: rules for print apply, those for a screen do not.
  const onPaper = (measure) => {
    const root = document.documentElement
    const before = [rules().map((rule) => [rule, rule.media.mediaText]), root.style.width]
    try {
      for (const [rule, media] of before[0]) {
        if (/\bprint\b/.test(media)) rule.media.mediaText = "all"
        else if (/\bscreen\b/.test(media)) rule.media.mediaText = "not all"
      }
      root.style.width = `${WIDTH}px`
      return measure()
    } finally {
      for (const [rule, media] of before[0]) rule.media.mediaText = media
      root.style.width = before[1]
    }
  }
  const fitting = () => {
    const page = document.querySelector("[data-testid=stMainBlockContainer]")
    const foot = page?.querySelector(".block:has(> .colophon)")
    if (!foot) return 1
    const height = onPaper(() => foot.getBoundingClientRect().bottom - page.getBoundingClientRect().top)
    const sheets = Math.ceil(height / (HEIGHT * FILLED))
    const fewer = ((sheets - 1) * HEIGHT * FILLED) / height
    return sheets > 1 && fewer >= SMALLEST ? fewer : 1
  }

  addEventListener("beforeprint", () => {
    for (const drawing of drawings()) {
      const [width, height] = [drawing.getAttribute("width"), drawing.getAttribute("height")]
      drawing.setAttribute("viewBox", `0 0 ${width} ${height}`)
    }
    for (const grid of document.querySelectorAll("[data-testid=stDataFrame]"))
      grid.style.setProperty("--grid-fit", Math.min(1, WIDTH / Math.max(grid.getBoundingClientRect().width, 1)))
    // The gap between columns of a screen is no gap of paper: each keeps its share of the whole.
    for (const column of columns()) {
      const share = parseFloat(getComputedStyle(column).flexBasis.match(/([\d.]+)%/)?.[1])
      if (share) column.style.setProperty("--share", `${share}%`)
    }
    document.documentElement.style.setProperty("--fit", String(fitting()))
  })
  addEventListener("afterprint", () => {
    drawings().forEach((drawing) => drawing.removeAttribute("viewBox"))
    document.documentElement.style.removeProperty("--fit")
  })
}
