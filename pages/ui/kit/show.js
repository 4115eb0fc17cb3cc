// The block of a component with the HTML of this run in it, written anew only where that changed.
const shownIn = ({ parentElement, data }) => {
  const host = parentElement.querySelector(".block")
  if (host.shown !== data.html) {
    host.innerHTML = data.html
    host.shown = data.html
  }
  return host
}
