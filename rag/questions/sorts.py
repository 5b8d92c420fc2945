"""Of what sort a thing is that is asked for, 季节 of "在什么季节开花", and whether a sentence has one, 秋季.

Rules over the wording of folded Chinese text; the table is our own.
"""

import re
from functools import lru_cache

from rag.text.places import places_in

_WHICH = "哪(?:一|几|[两三四五六七八九十])?[个种类些位家所座条项部门款支本首场次届张只篇种]?|什么样?的?|何种|啥"
_SORTS = tuple(
    (named, re.compile(f"(?:{named})$"), re.compile(told))
    for named, told in (
        ("季节|季", "[春夏秋冬]"),
        ("颜色|色", "[红白黑黄蓝绿紫灰棕褐青粉橙银金彩米]色?"),
        ("国家|国", "[一-龥]国|本"),
        ("语言|语种|语|方言", "[一-龥][语文话]"),
        ("民族|族群?", "[一-龥]族"),
        ("宗教|教派|教", "[一-龥]教|[一-龥]宗"),
        ("职务|职位|官职|头衔|身份|职业|工作|官", "[长员任师士官家手生者监理卿相尉督]"),
        ("公司|企业|集团|厂商|品牌|银行|电视台|报社|媒体", "公司|集团|股份|企业|银行|[台报社网]|[a-z]"),
        ("大学|学校|学院|高校|中学|小学", "大学|学院|学校|[中小]学|[军党]校|学堂"),
        ("机构|组织|部门|单位|机关|团体|政党|党", "[局部委院会处厅署所社团队组党军]|中心|组织|机构"),
        ("奖项?|荣誉|称号", "奖|称号|荣誉|勋|杯"),
        ("书|著作|小说|作品|电影|影片|电视剧|节目|歌曲|歌|专辑|杂志|刊物|报纸|文章|论文|剧", "[《“「\"]"),
        ("文件|法律|法规|条约|合同|协议|条例|规定|公约|宪章|法案", "《|[法约书]|合同|协议|条例|规定|宪章"),
        ("罪名?", "罪"),
        ("疾病|病症|病|症状", "[病症炎癌瘤痛热]"),
        ("药物?|中药", "[药汤散丸片胶素]"),
        ("星座", "座"),
        ("节日|节庆?", "节"),
        ("朝代|时代|时期|年代|世纪|阶段|期间", "[朝代]|时期|世纪|期"),
        ("战争|战役|战", "战|役|之乱"),
        ("科", "科"),
        ("属", "属"),
        ("河流?|江|水系", "[河江水溪川]"),
        ("山脉?|峰", "[山峰岭]"),
        ("岛屿?|群岛", "岛"),
        ("湖泊?|海域?|洋", "[湖海洋湾]"),
        ("道路|路|街道|街|公路|铁路|线路|线", "[路街道线]"),
        ("桥", "桥"),
        ("车站|站|机场|港口|港", "[站港]|机场"),
        ("城市|城|都市|首都|首府", "[市城都京府]"),
        ("省份?|州", "[省州]"),
        ("地区|区域|区", "[区州地带]"),
        ("县|镇|乡|村", "[县镇乡村]"),
        ("球队|队伍|队|俱乐部", "队|俱乐部"),
        ("型号|系列|版本", "[a-z\\d]"),
        ("味道|口味|滋味", "[甜酸苦辣咸鲜香味]"),
        ("方式|方法|手段|途径|措施|办法|形式", "通过|采[取用]|[以用]|方式|法"),
        ("理由|借口|名义", "[以因由]"),
        ("关系", "[妻夫父母子女兄弟姐妹师徒友]|关系|同事|邻居"),
        ("主题|口号|名称|名字|名|代号|别名|别称|简称|外号|绰号", "[“「\"《]|[称名叫]|主题|口号"),
        ("宗旨|目标|原则|理念|精神|愿景", "[“「\"]|为|目标|原则"),
        ("材料|原料|材质|物质|成分|元素", "[木石铁铜钢砖泥土金银铝盐酸素料胶油水]"),
        ("动物|鸟类?|鱼类?|昆虫", "[鸟鱼虫兽猫狗犬马牛羊鹿猴熊虎蛇龟鸡鸭]"),
        ("植物|树木?|花卉?|作物|水果|蔬菜", "[树花草木果菜豆麦稻米茶]"),
        ("武器|装备|战机|飞机|导弹", "[机炮枪弹舰艇]|[a-z]"),
        ("行业|产业|领域|专业|学科|系", "[业学系]|领域|产业"),
    )
)  # fmt: skip
_NAMES = "|".join(sorted((name for named, *_ in _SORTS for name in named.split("|")), key=len, reverse=True))
_ASKED = re.compile(
    rf"(?:{_WHICH})(?P<after>[一-龥]{{0,3}}?(?:{_NAMES}))(?![一-龥]*(?:{_WHICH}))|"
    rf"(?P<before>{_NAMES})(?:分别|都)?(?:是|为|叫|有)(?:{_WHICH})"
)
_PLACES = frozenset(("国家", "国", "城市", "城", "省", "省份", "州", "地区"))


@lru_cache(maxsize=256)
def sort_of(asked: str) -> tuple[str, re.Pattern[str]] | None:
    """The sort of thing a folded question asks for, and what one of that sort is told by; None where it says none."""
    found = _ASKED.search(asked)
    if found is None:
        return None
    said = found["after"] or found["before"]
    for _, ends, told in _SORTS:
        if name := ends.search(said):
            return name.group(), told
    return None


def one_of_the_sort(asked: str, sentence: str) -> float:
    """1 where a folded sentence has something of the sort asked for that the question does not itself say, -1 where it
    has nothing of it, 0 where the question says no sort."""
    sort = sort_of(asked)
    if sort is None:
        return 0.0
    name, told = sort
    said = any(sentence[max(found.start() - 1, 0) : found.end()] not in asked for found in told.finditer(sentence)) or (
        name in _PLACES and any(place not in asked for place in places_in(sentence))
    )
    return 1.0 if said else -1.0
