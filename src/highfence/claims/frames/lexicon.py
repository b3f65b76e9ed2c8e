"""Words of the two languages that tell what a clause does: verbs of events, law, rank, cause, forecast, judgement.

Chinese lists are in simplified script and are looked up in the folded text; English ones match whole words in lower
case. Each list is made from the language and the field, not from an article.
"""

from __future__ import annotations

import re
from functools import cache

ZH: dict[str, str] = {
    "leads": (
        "但是 但 而且 而 不过 然而 可是 因此 因而 所以 于是 同时 此外 另外 其中 其次 首先 再次 最后 例如 比如 "
        "譬如 具体来看 具体而言 总之 简言之 换言之 换句话说 也就是说 一方面 另一方面 与此同时 值得注意的是 "
        "值得一提的是 更重要的是 更关键的是 事实上 尽管如此 尽管 虽然 据悉 据了解 毕竟 当然 并且 并 且 以及 又 "
        "另据 一是 二是 三是 四是 五是 再者 何况 尤其是 特别是 相比之下 "
        "说到底 归根到底 归根结底 换而言之 综上 由此 从而 进而 随后 之后 "
        "此前 不仅如此 除此之外 紧接着"
    ),
    "condition": "若 如果 一旦 假如 倘若 假设 只要 只有 除非 即使 即便 哪怕 要是 万一 若是 如若",
    "when": (
        "随着 自从 当 在 由于 因为 因 为了 为 经过 通过 面对 鉴于 根据 依据 按照 据 针对 对于 对 关于 除了 除 与 "
        "和 作为 凭借 受"
    ),
    "verbs": (
        "是 为 有 无 占 达 超 将 会 被 把 已 曾 正 需 可 能 让 令 使 说 称 买 卖 做 用 靠 升 降 涨 跌 增 减 给 "
        "获 设 建 投 推 停 来自 位于 属于 成为 等于 相当于 仅为 意味 包括 拥有 具备 采用 使用 支持 基于 搭载 "
        "集成 兼容 依赖 依靠 缺乏 面临 受到 遭到 进入 退出 转向 加速 加快 放缓 推动 促进 扩大 缩小 提高 提升 "
        "降低 减少 增加 增长 下降 下滑 上升 暴跌 暴涨 飙升 跃升 突破 超过 超越 逼近 接近 落后 领先 优于 弱于 "
        "低于 高于 不及 匹配 媲美 覆盖 连接 贡献 走完 实现 完成 达到 保持 维持 稳定 发布 公布 宣布 推出 上市 "
        "量产 投产 交付 出货 销售 采购 订购 收购 投资 入股 融资 募资 签署 签订 启动 成立 设立 组建 建设 批准 "
        "允许 许可 禁止 限制 管制 制裁 封杀 封锁 断供 解禁 列入 列为 移出 取消 撤销 废除 生效 实施 执行 颁布 "
        "出台 修订 更新 要求 规定 表示 指出 认为 强调 透露 披露 报道 写道 警告 预测 预计 预期 估计 显示 承认 "
        "否认 回应 呼吁 反对 批评 指责 开始 停止 暂停 恢复 重启 终止 继续 放弃 拒绝 同意 计划 打算 准备 考虑 "
        "寻求 试图 努力 导致 造成 引发 带来 迫使 促使 生产 制造 研发 开发 设计 自研 代工 供应 提供 出口 进口 "
        "运往 走私 转移 吃力 不足 短缺 过剩 吸引 填补 构建 打造 形成 建成 扶持 补贴 减免 免征 征收 拨款 培养 "
        "新增 增设 招聘 裁员 任命 辞职 接任 担任 出任 访问 会见 会谈 谈判 起诉 罚款 调查 逮捕 收紧 放宽 纳入 "
        "约谈 上缴 认列 计提 出售 购入 抢购 囤积 转售 倒卖 租用 租赁 搭建 组装 封装 制成 流片 送样 点亮 打样 "
        "爬坡 满产 达产 裁定 判决 认定 查封 扣押 冻结 吊销 通报 通知 告知 致函 申报 备案 豁免 松动 缓和 升级 "
        "恶化 好转 复苏 回暖 见顶 触底 企稳 位列 排在 处于 停留 徘徊 定在 落在 卡在 依旧 差 高 低 快 慢 强 弱 大 "
        "小 多 少 决定 延缓 拖延 争取 鬆口 松口 松绑 阉割 削弱 增强 加强 强化 巩固 觉得 相信 担心 担忧 希望 愿意 "
        "难以 足以 得以 无法 无力 不足以 变成 沦为 化为 视为 称为 誉为 定为 评为 作为 充当 担当 扮演 发挥 占据 "
        "占有 主导 主宰 控制 掌控 左右 影响 改变 重塑 颠覆 走向 迈向 步入 跨入 迈入 驶入 返回 重返 回归 离开 "
        "撤离 迁移 转为 流入 流出 涌入 抵达 前往 赴 访 邀请 参加 参与 出席 主持 持有 握有 享有 含有 带有 附带 "
        "存在 出现 发生 爆发 诞生 产生 酝酿 涉及 牵涉 关系 取决于 在于 源于 出于 归功 得益于 对准 瞄准 针对 应对 "
        "对抗 反制 反击 报复 抵制 抵御 抗衡 竞争 争夺 挑战 威胁 冲击 打击 打压 遏制 阻止 阻挠 阻断 切断 堵住 "
        "绕过 规避 逃避 突围 解决 缓解 化解 弥补 补足 补齐 补短板 追赶 赶上 反超 甩开 缩短 拉大 拉开 收窄 扩展 "
        "拓展 延伸 蔓延 锁死 绑定 捆绑 适配 移植 训练 部署 调试 测试 验证 认证 评估 测算 统计 计算 运行 运营 "
        "经营 管理 监管 监控 追踪 检查 押注 看好 看空 看重 重视 忽视 低估 高估 怀疑 质疑 否定 肯定 婉拒 接受 "
        "采纳 吸收 引进 引入 输出 输入 转让 授权 花费 耗资 斥资 投入 注资 出资 拨付 支付 缴纳 分成 抽成 套现 "
        "抛售 增持 减持 质押 估值 定价 售价 报价 涨价 降价 打折 缩水 萎缩 回升 反弹 回落 下挫 走低 走高 走强 "
        "走弱 攀升 激增 猛增 剧增 骤降 骤减 锐减 腰斩 翻倍 翻番 翻两番 创下 刷新 堪比 不输 强过 胜过 超出 高出 "
        "多出 少于 多于 大于 小于 约合 折合 合计 共计 总计 累计 平均 高达 多达 低至 仅剩 剩余 了 着 著 很 更 "
        "确实 十分 非常 极为 极其 仍 依然 仅 约 均 成 做到 谈 算 像 如同 好比 位居 排名 名列 跻身 居 杀进 闯入 "
        "打入 兴起 崛起 暴露 印证 证明 打破 避免 掌握 攻克 取得 赢得 失去 损失 亏损 盈利 不符 符合 高度 没 不"
    ),
    "event": (
        "收紧 放宽 纳入 约谈 上缴 认列 计提 出售 囤积 租用 宣布 发布 公布 推出 上市 量产 投产 交付 出货 采购 "
        "订购 收购 并购 投资 入股 融资 募资 签署 签订 启动 成立 设立 组建 开工 建成 颁布 出台 实施 生效 修订 "
        "废除 撤销 取消 撤回 恢复 重启 暂停 终止 停止 召开 举行 会见 会谈 访问 访华 抵达 出席 谈判 达成 起诉 "
        "罚款 调查 逮捕 任命 辞职 接任 担任 出任 裁员 关闭 破产 退市 上线 开源 投运 迁往 扩建 扩大 扩产 减产 "
        "停产 提问 减免 免征 征收 加征 拨款 补贴 扶持 新增 增设 列为 列入 移出 研制 攻克 研发成功 流片 断供 断芯 "
        "走私 查获 拦截 运往 登陆 进入 退出 重返 转向 回应 递交 申请 提交 通过 批准 获批 放行 解禁 禁止 禁售 "
        "限制 封杀 封锁 管制 制裁 打压 提高 扩张 落地 诞生 问世 亮相 首发 购买 剥离 拆分 合并 合作 联手 结盟 "
        "加入 推迟 延期 取代 替换 部署 采用 引入 覆盖 连接"
    ),
    "legal": (
        "批准 获批 许可 放行 解禁 允许 准许 禁止 禁令 禁售 禁运 封杀 断供 限制 管制 管控 制裁 实体清单 黑名单 "
        "列入 移出 审查 合规 豁免 牌照 许可证 断芯 封锁 收紧 放宽 违反 违规 合法 非法 受限 被禁 受制于 出口审查 "
        "反垄断 立案 吊销 撤销"
    ),
    "rank": (
        "最大 最多 最高 最强 最快 最先进 最早 最小 最低 最丰富 最重要 最主要 首位 首个 首次 首家 首款 第一 第二 "
        "第三 第四 第五 居首 榜首 前三 前五 前十 前两 前列 领先 龙头 头号 唯一 独家 垄断 霸主 名列 位列 排名 "
        "位居 跻身 仅次于 创历史新高 历史新高 新高 新低"
    ),
    "ratio": (
        "相当于 仅为 只有 超越 优于 劣于 弱于 强于 高于 低于 不及 不如 媲美 比肩 匹敌 接近 逼近 落后 翻倍 翻番 "
        "倍 砍半 减半 一半 对标 持平 相比 较之 追平 追上 赶超 打败 等同 相近 相当 差距"
    ),
    "forecast": (
        "将 预计 有望 预期 料将 或将 预测 展望 计划 拟 打算 未来 到时 届时 估计将 势必 必将 会 可能 或 力争 "
        "目标是 即将 将会 预料"
    ),
    "causal": (
        "导致 造成 引发 使得 迫使 促使 带来 因为 由于 因此 因而 从而 源于 归因于 得益于 受益于 拜其所赐 逼得 "
        "致使 催生 倒逼 受此影响 拖累 推动 带动 拉动"
    ),
    "pivot": "逼得 使得 导致 致使 迫使 造成 令得 从而使 进而使",
    "origin": (
        "生产 制造 研发 开发 设计 自研 自主研发 代工 供应 拥有 控股 持股 收购 旗下 隶属 出品 推出 创立 创办 "
        "创始人 母公司 子公司 全资 供货 来自 打造 总部位于 总部设在 依赖 国产化 自给"
    ),
    "reporting": (
        "表示 称 说 指出 宣布 宣称 认为 强调 透露 披露 报道 写道 警告 预测 预计 估计 显示 承认 否认 回应 呼吁 "
        "解释 补充说 声称 坦言 直言 介绍 告诉 评论 援引 引述 提到 提及 重申 证实 确认 发文 声明 提问 答道 问道 "
        "反驳 主张 断言 感叹"
    ),
    "source": "报告 数据 报道 研究 消息 财报 公告 声明 调查 统计 文件 分析师 知情人士 消息人士 理由 白皮书",
    "opinion": (
        "实际上是 无疑 显然 毫无疑问 不言而喻 可谓 堪称 不过是 无非 终究 注定 早已 早就 岂能 何尝 难道 究竟 神话 "
        "霸权 霸凌 底气 定力 觉醒 示弱 虚弱 妥协 退却 撑不住 黎明 曙光 至暗 破晓 狂飙 碾压 吊打 笑话 闹剧 悲剧 "
        "傲慢 恐慌 焦虑 贪婪 愚蠢 可悲 可笑 遗憾 讽刺 尴尬 无奈 心软 大发慈悲 救命稻草 饭碗 崩盘 绞杀 围剿 霸王 "
        "护身符 试金石 双刃剑 里程碑 自立自强 独立自主 不得不 恐怕 值得警惕 值得深思 值得肯定 耐人寻味 不可阻挡 "
        "势不可挡 大势所趋 不可逆转 遏制 阴谋 险恶 图谋 小算盘 慢下来 诚意 善意 恶意 终将 终会 依附 卡脖子 弯道超车 "
        "赢家 输家 博弈 游戏规则 命门 软肋 七寸 杀手锏 王牌 灵魂 脊梁 难以答应 很简单 很清楚 更复杂 更扎心 再也 "
        "绝不是 绝非 不可能 没有人 谁都 越来越 意义重大 意义深远 前景广阔 任重道远 脆弱 强大 伟大 辉煌 惊人 震撼 "
        "完美 糟糕 失败 成功的 聪明 明智 短视 徒劳 反噬 落后挨打 得不偿失 事与愿违 搬起石头 政治化 工具化 武器化 "
        "泛化 扰乱 破坏 不符合 利益 霸道 无理 蛮横 双输 共赢 多赢"
    ),
    "exhort": "必须 应该 应当 务必 需要我们 让我们 不要 不应 不该 要警惕 切莫 别 理应 有必要 呼吁",
    "us": "我们 你 咱们 大家 咱",
    "sweeping": (
        "从不 从来 从未 永远 总是 永不 谁都 谁也 没有人 无人 任何人 没有赢家 没有捷径 没有退路 没有回头路 "
        "不是问题 才是 只是 只会 只能 "
        "终究 终将 迟早 注定 绝非 何来 哪有 哪里 何谈 谈何容易 无从谈起 说到底 归根到底 归根结底 换不来 "
        "买不来 讨不来 堵不住 挡不住 拦不住 "
        "锁不住 等不来 靠不住 靠不了 救不了 别想 休想 不可能 越是 越来越 与其 何必 何况 才刚刚 刚刚开始 "
        "肉眼可见 远未 远没有 不过如此 无异于 "
        "等于 意味着 不在于 而在于 而是 就是 关键在于 真正的 真正 不该 不能只 不会因为"
    ),
    "figures": (
        "故事 游戏 赛跑 竞赛 棋局 棋盘 牌桌 赌局 赌注 捷径 代价 赢家 输家 脚步 命运 朋友 敌人 寒冬 春天 风口 "
        "浪潮 泡沫 神话 战场 战争 马拉松 "
        "长跑 短板 木桶 说谎 谎言 真相 梦 幻想 幻觉 答案 教训 药方 良药 毒药 解药 鸿沟 高墙 围墙 铁幕 篱笆 "
        "裂痕 独善其身 耐心 勇气 底线 信心 "
        "信任 智慧 尊严 人心 未来属于 问题 机会 大门 后门 漏洞百出 笑话 口号 算账 账单 买单 埋单 豪赌 死结 "
        "死局 破局 出路 退路"
    ),
    "position": "反对 支持 敦促 呼吁 要求 谴责 欢迎 希望 赞成 主张 坚持 愿 抗议 质疑 担忧 认为",
    "hedge": "可能 或许 也许 大概 似乎 疑似 据称 传 据传 传闻 有望 恐 或将 或 预计 料 看来 拟",
    "negation": "不 没 未 无 非 并非 未能 没有 无法 不能 不会 尚未 从未 绝不",
    "pronoun": (
        "它 其 该公司 该企业 该机构 该芯片 这款芯片 该款芯片 该产品 这款产品 这款 该款 公司 他 她 它们 他们 后者 "
        "前者 该国 该机 这家公司 该集团 该厂 两国 双方 集团 本公司 这些企业 这些公司 这些芯片 这类芯片"
    ),
    "year-on-year": "同比 较上年 较去年 比上年 比去年 与去年同期 较上年同期 较去年同期 年增 年减 按年 比去年同期",
    "quarter-on-quarter": "环比 较上季 较上一季 季增 季减 按季",
    "month-on-month": "月增 月减 较上月",
    "total": "累计 合计 总计 共计 总共",
}

EN: dict[str, str] = {
    "leads": (
        "but|and|so|yet|however|meanwhile|moreover|furthermore|also|still|instead|in addition|in fact|"
        "for example|for instance|in particular|notably|specifically|overall|indeed|of course|that said|"
        "by contrast|in contrast|as a result|at the same time|on the other hand|while|whereas|although|though|"
        "even though|then|thus|hence|therefore|similarly|separately|likewise|first|second|third|finally|"
        "importantly|more importantly|to be sure"
    ),
    "condition": "if|unless|provided|assuming|should|were|once|until|even if|only if|as long as",
    "when": (
        "when|after|before|since|as|with|without|in|on|at|by|for|from|during|under|over|amid|amidst|given|"
        "despite|because|due to|thanks to|following|according to|citing|based on|compared|unlike|like|through|"
        "throughout|within|besides|until|to|among|between|across|against|late|early|last|this|next|alongside|per"
    ),
    "verbs": (
        "is|are|was|were|be|been|being|has|have|had|do|does|did|will|would|can|could|may|might|must|shall|should|"
        "isn't|aren't|wasn't|weren't|hasn't|haven't|hadn't|don't|doesn't|didn't|won't|wouldn't|can't|cannot|"
        "couldn't|says|say|said|tells|told|makes|make|made|sells|sell|sold|buys|buy|bought|builds|build|built|"
        "holds|hold|held|gets|get|got|gives|give|gave|takes|take|took|goes|go|went|comes|come|came|keeps|keep|"
        "kept|leads|lead|led|rises|rise|rose|falls|fall|fell|grows|grow|grew|drops|drop|cuts|cut|hits|hit|tops|"
        "top|sees|see|saw|shows|show|runs|run|ran|wins|win|won|loses|lose|lost|bans|ban|puts|put|sets|set|meets|"
        "meet|met|spends|spend|spent|owns|own|designs|design|produces|produce|supplies|supply|develops|develop|"
        "uses|use|requires|require|allows|allow|lets|let|needs|need|wants|want|plans|plan|expects|expect|"
        "accounts|account|represents|represent|controls|control|dominates|dominate|ranks|rank|remains|remain|"
        "becomes|become|became|begins|begin|began|starts|start|stops|stop|offers|offer|provides|provide|includes|"
        "include|contains|contain|costs|cost|exceeds|exceed|reaches|reach|delivers|deliver|ships|ship|trails|"
        "trail|lags|lag|outperforms|outperform|matches|match|doubles|double|triples|triple|halves|halve|slips|"
        "slip|slumps|slump|jumps|jump|surges|surge|soars|soar|plunges|plunge|gains|gain|seeks|seek|sought|faces|"
        "face|relies|rely|depends|depend|works|work|serves|serve|means|mean|meant|competes|compete|employs|"
        "employ|operates|operate|manufactures|manufacture|imports|import|exports|export|estimates|estimate|"
        "forecasts|forecast|warns|warn|argues|argue|believes|believe|thinks|think|thought|knows|know|appears|"
        "appear|seems|seem|continues|continue|pays|pay|paid|brings|bring|brought|leaves|leave|left|sends|send|"
        "sent|beats|beat|draws|draw|drew|spans|span|bars|bar|curbs|curb|blocks|block|limits|limit|restricts|"
        "restrict|prohibits|prohibit|covers|cover|applies|apply|triggers|trigger|forces|force|causes|cause|"
        "raises|raise|adds|add|launches|launch|unveils|unveil|announces|announce|reports|report|posts|post|"
        "claims|claim|writes|write|wrote|finds|find|found|calls|call|asks|ask|backs|back|boosts|boost|fuels|fuel|"
        "drives|drive|drove|fails|fail|lacks|lack|expands|expand|invests|invest|bets|bet|packs|pack|features|"
        "feature|boasts|boast|imposes|impose|tightens|tighten|eases|ease|lifts|lift|scraps|scrap|rescinds|"
        "rescind|approves|approve|grants|grant|denies|deny|stands|stand|stood|sits|sit|sat|feels|feel|felt|chose|"
        "chooses|choose|turned|turns|turn|moved|moves|move|spun|quit|shed|sheds|sank|sinks|shrank|shrinks|swung|"
        "swings|shut|shuts|broke|breaks|ceases|cease|files|file|sues|sue|fined|fines|arrests|signs|sign|agrees|"
        "agree|caught|catch|catches|belongs|belong|arose|arises|arise|awoke|beset|bore|bears|bear|bound|bred|broadcast|"
        "burst|cast|clung|crept|dealt|deals|dealt|dug|drank|ate|fed|feeds|fought|fights|fight|fled|flew|flung|forgot|"
        "froze|hung|hid|hurts|hurt|laid|lays|learnt|learned|learns|lent|lends|lit|lies|lie|outdid|overcame|overtook|"
        "overtakes|overtake|rode|rang|rid|shook|shakes|shone|shot|slept|spoke|speaks|speak|split|splits|spread|"
        "spreads|sprang|stole|steals|stuck|sticks|struck|strikes|strike|swept|sweeps|swore|swam|taught|tore|threw|"
        "throws|throw|understood|understands|underwent|undercuts|undercut|upheld|withdrew|withdraws|withheld|wound|"
        "woke|wears|wore|overhauled|enters|enter|exits|exit|grants|hands|hand|outlaws|outlaw|permits|permit|"
        "bridges|closes|close|opens|open|collapses|collapse|dwarfs|dwarf|eclipses|eclipse|equals|equal|carries|carry|"
        "tries|try|buries|bury|denies|supplants|relents|relent|persists|persist|backfires|backfire|pins|pin|"
        "shifts|shift|slows|slow|speeds|squeezes|squeeze|stalls|stall|stems|stem|steps|step|tests|tames|tame|"
        "threatens|threaten|urges|urge|vows|vow|yields|yield|weighs|weigh|widens|widen|narrows|narrow|hails|hail|"
        "originates|originate|comprises|comprise|consists|consist|replaces|replace|cures|cure|solves|solve|"
        "explains|explain|proves|prove|pretends|pretend|deserves|deserve|punishes|punish|rewards|reward|teaches"
    ),
    "legal": (
        "ban|bans|banned|banning|bar|bars|barred|barring|prohibit|prohibits|prohibited|restrict|restricts|"
        "restricted|restricting|restriction|restrictions|curb|curbs|curbed|block|blocks|blocked|blocking|"
        "licen[cs]e|licen[cs]es|licen[cs]ed|licen[cs]ing|approve|approves|approved|approval|approvals|permit|"
        "permits|permitted|allow|allows|allowed|authori[sz]ed|clear|cleared|green[- ]?light|greenlit|"
        "export controls?|controlled|subject to|exempt|exempted|exemption|waiver|waivers|sanction|sanctions|"
        "sanctioned|blacklist|blacklisted|blacklisting|entity list|denied|revoke|revoked|rescind|rescinded|"
        "illegal|illegally|illicit|lawful|unlawful|violat\\w+|comply|complies|compliant|compliance|eligible|halt|"
        "halted|lift|lifted|tighten|tightened|loosen|loosened|ease|eased|embargo|forbid|forbids|forbidden|"
        "off[- ]limits|tariff|tariffs|presumption of denial"
    ),
    "rank": (
        "largest|biggest|leading|top|first|second[- ]largest|third[- ]largest|second[- ]biggest|number one|"
        "no\\. ?1|no\\. ?2|no\\. ?3|most|fastest|highest|lowest|best|strongest|smallest|sole|only|dominant|monopoly|"
        "monopolist|dominates?|market leader|ranks?|ranked|ranking|record|all[- ]time|most advanced|"
        "most valuable|most powerful|leader|fourth[- ]largest|fifth[- ]largest|unrivall?ed|second only to|"
        "world[- ]leading"
    ),
    "ratio": (
        "times|twice|half|double|triple|quadruple|fold|compared (?:with|to)|relative to|versus|vs|outperforms?|"
        "outperformed|outpaces?|exceeds?|exceeded|matches|matched|rivals?|trails?|trailed|lags?|lagged|behind|"
        "ahead of|faster|slower|cheaper|weaker|stronger|more powerful|less powerful|better|worse|than|"
        "equivalent to|equal to|comparable|on par|as much as|as many as|as fast as|as powerful as|a fraction of|"
        "a third of|a quarter of|close to|approach(?:es|ed|ing)|surpass(?:es|ed)?"
    ),
    "forecast": (
        "will|would|expects?|expected|expecting|forecasts?|forecasting|projects|projected|projection|predicts?|"
        "predicted|anticipates?|anticipated|plans? to|planning to|planned to|intends? to|aims? to|set to|"
        "poised to|due to (?:be|begin|start)|on track to|likely to|could|may|might|should|going to|is to|are to|"
        "slated|scheduled|guidance|outlook|by 20[2-9][0-9]|seeks? to|hopes? to|hoping to|looking to|about to|"
        "about to be|won't|estimates? that"
    ),
    "causal": (
        "because|due to|as a result|caused|causes|cause|causing|led to|leads to|leading to|lead to|resulted in|"
        "results in|resulting|result in|forced|forces|forcing|forc(?:ed|ing) \\w+ to|prompted|prompting|triggered|"
        "triggering|driven by|fuel(?:l)?ed by|thanks to|owing to|attributed to|blamed on|blamed|spurred|spurring|"
        "therefore|consequently|pushed|pushing"
    ),
    "pivot": "forced|forcing|causing|caused|leading to|led to|resulting in|resulted in|prompting|which means",
    "origin": (
        "makes|make|made by|maker of|designs|design|designed by|designed|produces|produce|produced by|"
        "manufactures|manufacture|manufactured by|supplies|supplied by|supply|develops|developed|owns|owned|"
        "owned by|owner of|parent|subsidiary|unit of|founded|founder|co-founded|co-founder|fabricated by|"
        "built by|builds|sells|headquartered|based in|acquired|bought|stake in|backed by|spun off|homegrown|"
        "home-grown|in-house|relies on|rely on|depends on|dependent on|reliant on"
    ),
    "reporting": (
        "says|say|said|saying|told|tells|announced|announces|announcing|reported|reports|according to|claims|"
        "claimed|argues|argued|warns|warned|estimates|estimated|predicts|predicted|believes|believed|notes|noted|"
        "wrote|writes|added|adds|adding|stated|states|confirmed|confirms|denied|denies|disclosed|discloses|"
        "revealed|reveals|acknowledged|acknowledges|admitted|suggested|suggests|shows|showed|found|finds|expects|"
        "expected|insisted|insists|called|calls|described|describes|urged|urges|testified|citing|cited|cites|"
        "explained|responded|tweeted|posted|remarked|concluded|concludes|quoted|per|commented|declared|declares"
    ),
    "source": (
        "report|reports|data|study|survey|filing|filings|statement|sources?|analysts?|people familiar|officials?|"
        "document|documents|research|spokes\\w+|interview"
    ),
    "opinion": (
        "should|must|ought|unfortunately|fortunately|sadly|clearly|obviously|undoubtedly|arguably|frankly|surely|"
        "of course|folly|foolish|wise|unwise|smart|reckless|misguided|short[- ]?sighted|naive|absurd|ridiculous|"
        "dangerous|brilliant|remarkable|remarkably|stunning|impressive|disappointing|tragic|ironic|ironically|"
        "inevitable|inevitably|hopeless|disaster|disastrous|catastrophe|catastrophic|triumph|humiliat\\w+|blunder|"
        "mistake|own goal|backfir\\w+|self-defeating|futile|pointless|crucial|vital|essential|worrying|alarming|"
        "troubling|encouraging|welcome|unfair|bully\\w*|hegemon\\w+|game[- ]changer|wake[- ]up call|double-edged|"
        "silver bullet|sputnik moment|arms race|chokehold|stranglehold|gamble|matters|the question is|"
        "the truth is|the lesson|the point is|the real|simply|merely|nothing more than|no doubt|good news|"
        "bad news|too late|too little|better off|worse off|makes? sense|hard to|difficult to|impossible to|"
        "deserves?|hypocri\\w+|arrogan\\w+|weakness|retreat|surrender|victory|myth|illusion|fantasy|desperate\\w*|"
        "whack-a-mole"
    ),
    "exhort": (
        "should|must|ought to|need to|needs to|let us|let's|have to|has to|it is time|cannot afford|urge|had better"
    ),
    "us": "we|our|us|you|your|i|my|let's",
    "sweeping": (
        "nobody|no one|no-one|nothing|never|always|everyone|everybody|anyone|no amount of|no \\w+ can|none of|cannot|"
        "can't|can no longer|in search of|there is no|there are no|there was no|for its own sake|at any price|"
        "at all costs?|the very|wants? to|dressed up as|sooner or later|in the end|only a|little more than|"
        "more than just|rather than|not so much|hardly|scarcely|barely|all too|too much|too many|too slow|as if|"
        "as though|what counts|what matters|not enough|far from|least of all"
    ),
    "figures": (
        "slogan|story|game|race|price|bill|lesson|lessons|dream|dreams|wall|walls|fence|yard|war|battle|marathon|"
        "sprint|trap|poison|medicine|cure|remedy|prize|bargain|joke|farce|theatre|theater|comedy|tragedy|drama|"
        "bubble|mirage|hope|hopes|fear|faith|patience|pride|habit|addiction|hostage|pawn|chess|poker|cards?|dice|"
        "shortage|humiliation|embarrassment|luxury|necessity|virtue|vice|sin|crime|punishment|insult|gift|favour|"
        "favor|burden|crutch|leash|noose|shackles|tax on|wishful thinking|strategy|plan|illusions?|reality|truth|lies|"
        "magic|miracle|cliff|abyss|storm|winter|spring|tide|earthquake|collapse|downfall|winners?|losers?|"
        "champions?|leverage|patience|courage|common sense|credibility|dead end|half-measure|half measures?|sieve|"
        "loophole|loopholes|strangl\\w+|suffocat\\w+|chok\\w+|starv\\w+|shoot\\w*|wound|self-inflicted"
    ),
    "position": (
        "opposes?|opposed|supports?|urges?|urged|calls? on|called on|calls? for|called for|condemns?|condemned|"
        "welcomes?|welcomed|hopes?|hoped|criticis\\w+|criticiz\\w+|protests?|protested|vows?|vowed|backs|backed|"
        "objects?|objected|demands?|demanded|believes?"
    ),
    "hedge": (
        "may|might|could|possibly|perhaps|reportedly|allegedly|apparently|likely|unlikely|suggests?|seems?|"
        "appears?|rumou?red|said to|believed to|estimated|expected|would|probably|potentially"
    ),
    "negation": (
        "not|no|never|neither|nor|without|cannot|can't|isn't|aren't|wasn't|weren't|doesn't|don't|didn't|won't|"
        "wouldn't|hasn't|haven't|hadn't|couldn't|fails? to|failed to|unable|none"
    ),
    "pronoun": (
        "it|its|they|their|he|his|she|her|the company|the firm|the chipmaker|the chip maker|the chip|the agency|"
        "the group|the country|the government|the department|the giant|the foundry|the processor|the accelerator|"
        "the gpu|the startup|the start-up|the former|the latter|the supplier|the manufacturer|the maker|"
        "the product|the model|this chip|the device|the tech giant|"
        "the (?:us|chinese|dutch|taiwanese|american|korean|japanese) (?:company|firm|chipmaker|giant|group)|"
        "the bureau"
    ),
    "year-on-year": (
        "year[- ]on[- ]year|year[- ]over[- ]year|yoy|y/y|from a year earlier|from a year ago|a year earlier|"
        "a year ago|from last year|from the previous year|from the prior year|annually|per year|"
        "compared (?:with|to) (?:last|the previous|a) year|from the same (?:period|quarter)"
    ),
    "quarter-on-quarter": (
        "quarter[- ]on[- ]quarter|quarter[- ]over[- ]quarter|qoq|q/q|from the previous quarter|sequentially|"
        "from the prior quarter"
    ),
    "month-on-month": ("month[- ]on[- ]month|month[- ]over[- ]month|mom|from the previous month|from a month earlier"),
    "total": "in total|cumulative|cumulatively|combined|altogether|overall",
    "event": (
        "announced|launched|unveiled|released|introduced|acquired|bought|invested|signed|agreed|approved|banned|"
        "barred|blocked|imposed|issued|published|added|removed|placed|filed|sued|fined|arrested|charged|indicted|"
        "raided|opened|closed|shut|halted|suspended|resumed|restarted|cancelled|canceled|delayed|postponed|"
        "appointed|named|resigned|stepped down|replaced|hired|met|visited|travelled|traveled|shipped|delivered|"
        "ordered|purchased|sold|began|started|ended|expanded|built|completed|listed|went public|raised|cut|"
        "revoked|rescinded|lifted|eased|tightened|extended|granted|denied|rejected|notified|informed|told|asked|"
        "required|stopped|paused|withdrew|withdrawn|entered|exited|left|returned|won|lost|reached|passed|enacted|"
        "took effect|takes effect|came into force|ruled|seized|smuggled|stockpiled|moved|merged|spun off|"
        "deployed|adopted|trained|taped out|mass[- ]produc\\w+|debuted|sanctioned|investigated|probed|summoned|"
        "pledged|vowed|committed|earmarked|allocated|created|established|founded|set up"
    ),
}


@cache
def pattern(lang: str, name: str) -> re.Pattern[str]:
    """Return the compiled list ``name`` of a language; in English it matches whole words of the lower-cased text."""
    if lang == "zh":
        words = sorted(set(ZH[name].split()), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, words)))
    return re.compile(rf"(?<![\w-])(?:{EN[name]})(?![\w-]|\.\w)")


def has(lang: str, name: str, text: str) -> bool:
    """Tell whether a folded stretch of text holds a word of a list.

    >>> has("zh", "legal", "美国政府批准了出口许可"), has("en", "rank", "the world's largest foundry")
    (True, True)
    """
    return pattern(lang, name).search(text) is not None


def count(lang: str, name: str, text: str) -> int:
    """Return how many words of a list a folded stretch of text holds."""
    return sum(1 for _ in pattern(lang, name).finditer(text))


def starts(lang: str, name: str, text: str) -> int:
    """Return the length of the word of a list that a folded stretch of text begins with, or 0."""
    match = pattern(lang, name).match(text)
    return match.end() if match else 0
