"""Words that speech adds to any question and that tell nothing by themselves: 的, 能, 打算, 时候, way."""

_CHINESE = (
    # particles, pronouns, adverbs
    "的 了 着 过 地 得 之 其 这 那 这个 那个 这些 那些 这样 那样 这种 那种 这么 那么 这一 那一 这里 那里 它 "
    "他 她 他们 她们 它们 我 我们 你 你们 您 自己 咱 咱们 大家 人家 有人 谁 啥 什么 怎么 怎样 怎么样 咋 哪 "
    "哪个 哪些 哪里 几 多少 也 都 就 才 又 再 还 很 太 挺 真 真的 更 最 比较 非常 十分 特别 有点 一点 一些 "
    "一下 一段 一共 总共 大概 大约 差不多 到底 究竟 其实 不 没 没有 别 不是 不到 不要 不会 不能 不用 是否 "
    "是不是 有没有 能不能 可不可以 也就是 只 只有 光 单 仅 还有 另外 此外 一起 一样 不同 各自 分别 依次 逐一 "
    "一一 互相 "
    # prepositions, conjunctions
    "在 于 从 到 向 往 对 对于 关于 为 为了 给 把 被 让 叫 跟 和 与 同 及 或 或者 还是 而 而且 但 但是 可是 "
    "不过 如果 要是 假如 假设 因为 所以 虽然 除了 以及 比 比起 比方 比如 例如 按 按照 根据 通过 靠 由 当 自 "
    "自从 随着 来说 的话 之类 等等 "
    # what is done with anything
    "是 有 要 会 能 能够 可以 可能 应该 应当 想 想要 打算 准备 决定 愿意 肯 敢 需要 答应 承诺 说 讲 提 提到 "
    "说到 说说 谈 谈谈 讲讲 看 看看 看到 问 问问 请问 知道 了解 晓得 听说 觉得 认为 以为 做 做了 做到 干 "
    "干了 搞 搞了 弄 弄了 打 来 去 上 下 出 进 起 变 变成 变得 成 成为 算 算是 算上 当成 叫做 叫作 拿 拿到 "
    "拿出 放 使 用 用来 用于 走 跑 回 过来 回来 回去 出来 起来 下来 下去 出去 上去 上来 进来 进去 过去 列出 "
    "列举 列一下 介绍 介绍一下 解释 说明 告诉 帮忙 麻烦 查 查查 找找 给出 指 是指 指的 指的是 属于 称为 称作 "
    # when, where, what in general
    "现在 目前 当时 那时 那时候 那年 那会儿 这时 时候 的时候 之前 之后 以前 以后 后来 最后 最近 近来 刚刚 刚 "
    "已经 正在 一直 马上 快 最快 早 最早 前后 东西 事 事情 事儿 地方 样子 方面 意思 结果 具体 详细 例子 数字 "
    "个数 话 份 种 类 点 些 样 回事 家里 里面 里头 其中 当中 中间 上面 下面 为什么 为啥 为何 为的 原因 缘故 "
    "干嘛 干吗 "
)
CHINESE = frozenset(_CHINESE.split())

_ENGLISH = (
    "out up off down away back set go going went gone get getting got take taking took taken make making made come "
    "coming came kind own also only just one number total among per each within whether after before since against "
    "through during around about according say said tell told explain call called name new year people place thing "
    "due two three four five six seven eight nine ten eleven twelve early late end now given bring bringing brought "
    "want like put keep keeping kept part together altogether again money versus along onto having let us being once "
    "much exactly roughly approximately really still yet currently manage managed managing help helped helping add "
    "amount amounted stood reach reached ahead behind toward towards across throughout actually quite already ever "
    "even adds "
    "way everything something anything someone somebody lot plenty various certain particular able try tried trying "
    "seem use used using wanted happen happened turn turned end ended left specific "
    "meant mean means meaning refer refers referred term"
)
ENGLISH = frozenset(_ENGLISH.split())
"""Only in a phrase that is translated do these tell anything."""
