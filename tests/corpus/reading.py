"""Page dumps, read."""

from rag.corpus.pages import read_pages


def read(dump):
    return read_pages(dump, "page.txt")


def articles(dump):
    return read(dump).articles


def bodies(article):
    return [paragraph.text for paragraph in article.paragraphs]
