// Bureaus serve the app over plain http, where browsers refuse the clipboard interface: copying a selection works there,
// and takes the table as a table.
export default function (component) {
  const { data } = component
  const host = shownIn(component)
  const said = host.querySelector(".said")
  host.onclick = async (event) => {
    const pressed = event.target.closest("[data-copy]")
    if (!pressed) return
    const one = data.copies[pressed.dataset.copy]
    let done = false
    try {
      await navigator.clipboard.write([new ClipboardItem({
        "text/plain": new Blob([one.text], { type: "text/plain" }),
        "text/html": new Blob([one.html], { type: "text/html" }),
      })])
      done = true
    } catch {
      const held = document.createElement("div")
      held.innerHTML = one.html
      held.style.position = "fixed"
      held.style.left = "-9999px"
      document.body.append(held)
      const range = document.createRange()
      range.selectNodeContents(held)
      const selection = window.getSelection()
      selection.removeAllRanges()
      selection.addRange(range)
      done = document.execCommand("copy")
      selection.removeAllRanges()
      held.remove()
    }
    said.textContent = done ? "已复制，可粘贴到 WPS、Word 或工作群" : "浏览器不允许复制，请改用下载"
  }
}
