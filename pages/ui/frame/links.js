// What a reader looks at goes along with every link: the menu's, and those a page writes to another page. It stands in the
// address of the link itself, so that a new tab, a copied link and one sent by post open what was looked at.
{
  const KEPT = ["data", "city", "month", "base", "release", "large"]
  // Which releases and months there are depends on the kind of data.
  const OF_A_KIND = ["release", "month"]
  const MENU = "[data-testid=stSidebarNavLink]"
  const OTHERS = "[data-testid=stPageLink-NavLink], .block a.link:not([target=_blank])"

  const whole = (anchor, here, isPage) => {
    const url = new URL(anchor.getAttribute("href"), location.href)
    if (url.origin !== location.origin || !isPage(url.pathname)) return
    // Written by us the last time, and to be written anew.
    for (const name of (anchor.dataset.kept ?? "").split(" ").filter(Boolean)) url.searchParams.delete(name)
    const isOtherKind = url.searchParams.has("data") && url.searchParams.get("data") !== (here.get("data") ?? "real")
    const kept = KEPT.filter(
      (name) => here.has(name) && !url.searchParams.has(name) && !(isOtherKind && OF_A_KIND.includes(name)),
    )
    for (const name of kept) url.searchParams.set(name, here.get(name))
    const href = `${url.pathname}${url.search}${url.hash}`
    if (anchor.getAttribute("href") === href) return
    anchor.dataset.kept = kept.join(" ")
    anchor.setAttribute("href", href)
  }
  const all = () => {
    const here = new URLSearchParams(location.search)
    const menu = [...document.querySelectorAll(MENU)]
    if (!menu.length) return
    const pages = new Set(menu.map((anchor) => new URL(anchor.getAttribute("href"), location.href).pathname))
    pages.add(new URL("./", location.origin + location.pathname).pathname)
    for (const anchor of [...menu, ...document.querySelectorAll(OTHERS)]) whole(anchor, here, (path) => pages.has(path))
  }
  let waiting = false
  const soon = () => {
    if (waiting) return
    waiting = true
    requestAnimationFrame(() => {
      waiting = false
      all()
    })
  }
  // Streamlit writes the address itself, without telling anybody.
  for (const name of ["pushState", "replaceState"]) {
    const theirs = history[name]
    history[name] = function (...given) {
      theirs.apply(this, given)
      soon()
    }
  }
  addEventListener("popstate", soon)
  new MutationObserver(soon).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["href"],
  })
}
