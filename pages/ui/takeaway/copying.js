// Bureaus serve the app over plain http, where browsers refuse the clipboard interface: selecting and copying works there.
export default function (component) {
  const { data } = component
  const host = shownIn(component)
  const area = host.querySelector("textarea")
  const said = host.querySelector(".said")
  const choice = host.querySelector("select")
  if (choice)
    choice.onchange = () => {
      area.value = data.texts[choice.value]
      area.rows = data.lines[choice.value]
      said.textContent = ""
    }
  host.querySelector("button").onclick = async () => {
    let done = false
    try {
      await navigator.clipboard.writeText(area.value)
      done = true
    } catch {
      area.focus()
      area.select()
      done = document.execCommand("copy")
    }
    said.textContent = done ? "已复制，可粘贴到工作群或短信" : "浏览器不允许复制，请全选文字后按 Ctrl+C"
  }
}
