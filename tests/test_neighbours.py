"""Words that stand beside each other in a field."""

from rag.text.neighbours import SHORTEST, contrasted, fields, stands_in_place, tellable


def test_no_word_is_its_own_neighbour_and_none_is_short() -> None:
    known = fields()
    assert len(known.same) > 5000
    for word, same in known.same.items():
        assert len(word) >= SHORTEST and word in same and not set(same) & set(known.others[word])


def test_another_of_the_field_contrasts_unless_the_word_stands_there_too() -> None:
    asked = "移动源监管检测了多少辆汽油车?"
    assert contrasted(asked, "检测柴油车951辆", "") == ["汽油车"]
    assert contrasted(asked, "检测汽油车20辆、柴油车951辆", "") == []
    assert contrasted(asked, "检测柴油车951辆", "汽油车年检") == []
    assert contrasted("检测了多少辆汽油车和柴油车?", "检测柴油车951辆", "") == []  # the question says both
    assert contrasted("竣工的有多少套?", "完工签约两不误,完工200套", "") == []  # another name for it


def test_the_longest_word_is_the_one_that_is_meant() -> None:
    assert contrasted("有几位副教授?", "教授12位", "") == ["副教授"]
    assert contrasted("有几位教授?", "副教授12位", "") == []  # 教授 stands in it


def test_what_stands_within_a_neighbour_is_not_told_of_the_word() -> None:
    assert tellable("病床", ["床位", "医院"], "增加养老床位600张,机构床位共10800张") == ["医院"]
    assert tellable("病床", ["床位"], "医院有床位500张") == ["床位"]
    assert tellable("公园", ["床位"], "养老床位10800张") == ["床位"]


def test_a_neighbour_in_the_very_place_of_what_is_asked_for_is_no_answer() -> None:
    asked = "东江哪所学校是游泳特色学校?"
    assert stands_in_place("游泳", asked, "同江中学获评篮球特色学校。")
    assert not stands_in_place("游泳", asked, "同江中学的篮球馆建成。")
    assert not stands_in_place("游泳", "东江哪所学校教游泳?", "同江中学教篮球?")  # nothing behind it tells its place
