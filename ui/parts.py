"""Parts that both pages are made of, and what a click on one of our own buttons says."""

from __future__ import annotations

from typing import Any

import gradio as gr

# Clicks on our own buttons reach the server with what their data attributes say, and with what
# was written or chosen beside them.
_BUS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button || !element.contains(button)) return;
  if (button.dataset.ask) trigger('submit', {question: button.dataset.ask});
  if (!button.dataset.do) return;
  const box = button.parentElement.querySelector('textarea');
  const said = {...button.dataset, reason: box ? box.value : ''};
  button.parentElement.querySelectorAll("select").forEach((field) => {
    said[field.name] = field.value;
  });
  window.wenbao?.remember(button);
  trigger('click', said);
});
watch('value', () => window.wenbao?.changed(element));
"""
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Of every event: no spinner of the page library, no public endpoint."""

INSTANT: dict[str, Any] = {**QUIET, "queue": False}
"""Of events that do not wait in line."""


def blocks(title: str, **options: Any) -> gr.Blocks:
    """Return an empty page."""
    page: gr.Blocks = gr.Blocks(title=title, analytics_enabled=False, fill_width=True, **options)
    return page


def static(value: str, name: str) -> gr.HTML:
    """Return HTML that says nothing to the server."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)


def lively(value: str, name: str) -> gr.HTML:
    """Return HTML whose buttons reach the server."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=_BUS)


def said(event: gr.EventData, name: str) -> str:
    """Return what the page sent under this name; readers can send anything, so always text."""
    data = event._data if isinstance(event._data, dict) else {}  # noqa: SLF001 - its only accessor raises
    return str(data.get(name, ""))
