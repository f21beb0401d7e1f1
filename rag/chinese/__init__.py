"""Chinese newspaper text: search form, sentences, words, figures and dates."""
