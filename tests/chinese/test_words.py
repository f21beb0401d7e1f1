from rag.chinese.words import bigrams, characters, content_words, load_user_words, words


def test_words_are_in_search_form_and_without_punctuation():
    assert words("醫院、街道２５０００人次。") == ["医院", "街道", "25000", "人次"]


def test_content_words_drop_what_only_asks():
    found = content_words("邹区人民医院的血液透析中心在哪一年成立？")
    assert {"邹区", "医院", "成立"} <= set(found)
    assert not {"的", "在", "哪一年"} & set(found)


def test_characters_keep_figures_and_letters_whole():
    assert characters("累计25000人次，G312国道2.5倍") == (
        ["累", "计", "25000", "人", "次", "g312", "国", "道", "2.5", "倍"]
    )


def test_bigrams_do_not_cross_punctuation():
    assert bigrams("扫雪，除冰25000吨") == ["扫雪", "除冰", "冰25000", "25000吨"]


def test_user_words_stay_whole():
    load_user_words(["问报新闻社"])
    assert "问报新闻社" in words("问报新闻社成立")
