"""Texts in the style of news and comment, own words, true as far as is known: none may be contradicted.

``TRUE_TEXTS``: language, script, day of publication, text.
"""

from __future__ import annotations

from datetime import date

TRUE_TEXTS: tuple[tuple[str, str, date, str], ...] = (
    (
        "en",
        "",
        date(2025, 8, 28),
        (
            "Nvidia on Wednesday forecast third-quarter revenue of $54 billion, plus or minus 2%, "
            "excluding any H20 shipments to China, as the chip designer navigates a trade war between "
            "Washington and Beijing. Second-quarter sales rose 56% to $46.74 billion, beating estimates of "
            "$46.06 billion. Data center revenue came in at $41.1 billion, slightly below expectations of "
            "$41.34 billion. The company sold no H20 chips to China-based customers in the quarter, but "
            "benefited from the release of $180 million of previously reserved H20 inventory sold to a "
            "customer outside China.\n\nNvidia shares fell 3% in extended trading. The company, which has a "
            "market value of more than $4 trillion, said its board approved an additional $60 billion in "
            "share buybacks. Chief Executive Jensen Huang said China could be a $50 billion market "
            "opportunity this year if the company could sell competitive products there. He added that "
            "about half of the world's AI researchers are in China.\n\nNvidia and AMD agreed earlier this "
            "month to give the U.S. government 15% of revenue from sales of some advanced chips in China. "
            "Analysts at Morgan Stanley estimate that China accounted for 13% of Nvidia's revenue in the "
            "past financial year. Nvidia's gross margin was 72.4% in the second quarter, and it expects "
            "73.3% in the third."
        ),
    ),
    (
        "en",
        "",
        date(2024, 12, 3),
        (
            "The United States launched its third crackdown in three years on China's semiconductor "
            "industry on Monday, curbing exports to 140 companies including chip equipment maker Naura "
            "Technology Group. The new rules include curbs on China-bound shipments of high bandwidth "
            "memory chips, vital for high-end applications such as AI training, and new curbs on 24 "
            "additional chipmaking tools and three software tools. SMIC, China's largest contract chip "
            "manufacturer, was placed on the Entity List in 2020 with a policy of presumption of denial, "
            "but licences worth billions of dollars have been granted. The rules exempt the Netherlands "
            "and Japan. Samsung Electronics, SK Hynix and Micron are the three makers of HBM. Samsung "
            "makes around 30% of its HBM sales in China, analysts said. China's commerce ministry said on "
            "Tuesday it would ban exports of gallium, germanium and antimony to the United States. Shares "
            "of ASML rose 3.6%, while shares of Tokyo Electron rose 4.4%."
        ),
    ),
    (
        "en",
        "",
        date(2025, 5, 2),
        (
            "Huawei's Ascend 910C has become the centrepiece of China's effort to replace Nvidia. The "
            "package joins two 910B dies and delivers roughly 800 teraflops at FP16, about 80% of an "
            "Nvidia H100. Its CloudMatrix 384 system links 384 of the chips and reaches 300 petaflops of "
            "dense BF16 compute, almost double Nvidia's GB200 NVL72, according to SemiAnalysis, though it "
            "draws about four times the power. SMIC makes the chips on its 7-nanometre N+2 process, but "
            "TSMC produced millions of the earlier dies through an intermediary, Sophgo. Huawei spent "
            "179.7 billion yuan on research and development in 2024, about 20.8% of its revenue. Its "
            "revenue that year was 862 billion yuan. The H20, by contrast, offers 148 teraflops of FP16 "
            "performance but 4 terabytes per second of memory bandwidth and 96 gigabytes of HBM3.\n\nIn "
            "April the Commerce Department told Nvidia that it needs a licence to sell the H20 to China. "
            "Nvidia said it would take a charge of about $5.5 billion. ByteDance, Alibaba and Tencent had "
            "ordered at least $16 billion worth of H20 chips in the first three months of the year, The "
            "Information reported."
        ),
    ),
    (
        "zh",
        "hans",
        date(2025, 10, 20),
        (
            "国家统计局数据显示，2025年前三季度集成电路产量同比增长8.6%。海关总署数据显示，2024年"
            "我国集成电路进口额为3856亿美元，出口额为1595亿美元，首次突破1500亿美元。\n\n英伟达创"
            "始人黄仁勋近日表示，由于出口管制，公司在中国先进人工智能芯片市场的份额已从95%降至零。国家互联"
            "网信息办公室今年7月31日就H20芯片漏洞后门安全风险约谈英伟达公司。8月，英伟达与美国政府达成"
            "协议，将H20在华销售收入的15%上缴美国政府。\n\n国产替代方面，寒武纪2025年上半年实现营收"
            "28.81亿元，同比增长4347.82%，归母净利润10.38亿元。华为在9月的全联接大会上公布"
            "昇腾芯片路线图，2026年第一季度将推出昇腾950PR，2027年第四季度推出昇腾960。中芯国"
            "际2025年第二季度营收22.09亿美元，毛利率20.4%，产能利用率92.5%。阿里平头哥的P"
            "PU芯片在央视新闻联播亮相。长江存储、长鑫存储也在推进上市和扩产。百度昆仑芯中标中国移动十亿元级"
            "订单。"
        ),
    ),
    (
        "zh",
        "hant",
        date(2025, 2, 10),
        (
            "【觀察】DeepSeek的R1模型在1月20日發布後震動全球，1月27日輝達股價單日重挫17%，"
            "市值蒸發約5,890億美元。DeepSeek-V3的總參數為6710億，每個token激活370"
            "億參數，官方稱正式訓練僅花費278.8萬H800 GPU小時，約557.6萬美元。H800是輝達"
            "為符合2022年10月美國出口管制而推出的H100降規版，晶片間傳輸速率從900GB/s降至40"
            "0GB/s；2023年10月的新規生效後，H800也被禁止出口到中國。\n\n台積電2024年第四季"
            "營收為268.8億美元，全年營收900.8億美元，年增30%；全年資本支出297.6億美元。台積"
            "電在全球晶圓代工市場的市占率超過六成，其後是三星與中芯國際。ASML執行長Fouquet預期20"
            "25年中國營收占比將降至20%多一點。"
        ),
    ),
    (
        "en",
        "",
        date(2023, 11, 20),
        (
            "A year after the October 7 controls, the Biden administration tightened them. The October 17, "
            "2023 rule replaced the interconnect threshold of 600 GB/s with a test on total processing "
            "performance and performance density. A chip with a TPP of 4,800 or more needs a licence for "
            "China; so does one with TPP of 1,600 and a performance density of 5.92. The A800 and H800, "
            "which Nvidia had designed for China, fell under the new rule, as did the L40S and the RTX "
            "4090. Nvidia said China has consistently contributed about 20% to 25% of its data centre "
            "revenue. Within weeks, reports said that Nvidia was preparing the H20, L20 and L2. The H20's "
            "TPP is 2,368. Huawei's Mate 60 Pro, launched in August 2023, contained a 7 nm chip made by "
            "SMIC, the Kirin 9000S. Secretary Gina Raimondo said she was \"upset\" by its release. Biren and "
            "Moore Threads were added to the Entity List. The Netherlands and Japan had agreed in January "
            "2023 to restrict exports of some chipmaking equipment."
        ),
    ),
    (
        "zh",
        "hans",
        date(2025, 8, 12),
        (
            "国产芯片这几年的进步有目共睹，但差距也不能回避。以训练为例，英伟达H100的FP16算力接近10"
            "00 TFLOPS，而昇腾910B只有376 TFLOPS左右，不到H100的四成；910C把两"
            "颗910B封装在一起，单卡算力才达到约800 TFLOPS。显存方面，910C为128GB，H1"
            "00为80GB，但带宽3.2TB/s，略低于H100的3.35TB/s。华为用CloudMatr"
            "ix 384超节点“以量取胜”，384颗910C组成的系统BF16算力达到300 PFLOPS，"
            "是英伟达GB200 NVL72的1.7倍，但功耗约为后者的4倍。\n\n制造才是真正的短板。中芯国际"
            "没有EUV光刻机，只能用DUV多重曝光生产7纳米芯片，良率远低于台积电。荷兰阿斯麦是全球唯一能生"
            "产EUV光刻机的厂商，从未向中国大陆出口过一台。2024年，中国大陆为阿斯麦贡献了36%的净系统"
            "销售额。上海微电子的光刻机仍停留在90纳米。EDA领域，新思科技、楷登电子和西门子三家占据中国市"
            "场八成左右的份额，华大九天等本土厂商只占一成多。\n\n当然，封锁也在倒逼创新。2024年，国家大基"
            "金三期成立，注册资本3440亿元，超过前两期之和。DeepSeek用2048张H800训练出V3"
            "模型。国内企业在2025年前五个月就采购了大量H20。我们有理由相信，中国芯片产业终将突围。"
        ),
    ),
    (
        "en",
        "",
        date(2025, 9, 20),
        (
            "The case for selling the H20 rests on a misreading. The chip was built to sit just under the "
            "October 2023 thresholds: its total processing performance is 2,368, half the 4,800 line. Yet "
            "for inference it is better than the H100, because it has more memory, 96 GB against 80 GB, "
            "and more memory bandwidth, 4.0 TB/s against 3.35 TB/s. SemiAnalysis has found that the H20 is "
            "more than 20 percent faster than the H100 at LLM inference.\n\nIn April 2025 the administration "
            "told Nvidia that the H20 needs a licence; in July it reversed course, and in August the first "
            "licences were issued after Nvidia agreed to hand over 15 percent of its revenue from China. "
            "Beijing was not impressed. The Cyberspace Administration summoned Nvidia on July 31 over "
            "alleged back doors, and in September it told companies such as ByteDance and Alibaba to stop "
            "testing and ordering the RTX Pro 6000D.\n\nHuawei will make no more than 200,000 AI chips in "
            "2025, Jeffrey Kessler testified in June. Bernstein expects domestic makers to supply 55 "
            "percent of China's AI chips by 2027. The U.S. share of global semiconductor sales was 50.4 "
            "percent in 2024, according to the Semiconductor Industry Association. China spent $41 billion "
            "on chipmaking equipment in 2024, SEMI says. CHIPS Act funding totals $52.7 billion."
        ),
    ),
    (
        "en",
        "",
        date(2024, 3, 1),
        (
            "Nvidia's fiscal 2024 revenue more than doubled to $60.9 billion. Sales in the fourth quarter "
            "rose 265% to $22.1 billion, and data centre sales rose 409% to $18.4 billion. China's "
            "contribution to data centre revenue fell to a mid-single-digit percentage in the quarter. The "
            "company has begun shipping samples of two chips for China. AMD expects to sell $3.5 billion "
            "of AI accelerators this year; its MI300X has 192 GB of memory, more than twice that of the "
            "H100. Intel's Gaudi 2 has 96 GB. TSMC, which makes the chips of all but Intel's, had revenue "
            "of $69.3 billion in 2023, down 8.7% from 2022. It made 61.2% of the world's contract chips in "
            "the fourth quarter of 2023, TrendForce said; Samsung had 11.3% and SMIC 5.2%. ASML sold 53 "
            "EUV systems in 2023, and its revenue rose 30% to 27.6 billion euros. China accounted for 29% "
            "of its system sales."
        ),
    ),
    (
        "zh",
        "hant",
        date(2026, 3, 5),
        (
            "外電報導，美國總統去年12月8日宣布允許輝達向中國出售H200，政府抽成25%；今年1月13日，"
            "美國商務部工業和安全局公布新規，對總處理性能低於21,000、記憶體頻寬低於6,500GB/s的"
            "晶片改為逐案審查，並要求對華出貨量不得超過美國客戶的五成。H200擁有141GB HBM3e記憶"
            "體，頻寬4.8TB/s，算力約為H20的六倍多。不過中國海關隨即通知H200不准進口，1月28日"
            "又傳出首批約40萬顆獲准。輝達截至1月25日的2026財年營收達2,159億美元，年增65%，第"
            "四財季營收681億美元。\n\n超微的MI308去年12月取得許可，第四季對華銷售約3.9億美元。華"
            "為則預計今年AI晶片營收達120億美元。寒武紀2025年營收創新高。長鑫存儲計劃在上海掛牌上市。"
            "台積電2026年資本支出預計520億至560億美元。"
        ),
    ),
    (
        "en",
        "",
        date(2025, 11, 5),
        (
            "China has banned foreign artificial-intelligence chips from state-funded data centres, "
            "Reuters reported on Wednesday, citing two people familiar with the matter. Data centres that "
            "are less than 30% complete must remove all installed foreign chips or cancel plans to buy "
            "them. Projects at a more advanced stage will be decided case by case. The guidance is likely "
            "to hurt Nvidia, AMD and Intel, while helping Huawei, Cambricon, MetaX, Moore Threads and "
            "Enflame. Nvidia's current share of China's AI chip market is zero, compared with 95% in 2022, "
            "according to the company.\n\nAI data centre projects in China have attracted more than $100 "
            "billion in state funding since 2021, according to a Reuters review of government tenders. "
            "Last week, President Donald Trump met President Xi Jinping in Busan, South Korea; afterwards "
            "he said Blackwell had not been discussed. The two sides agreed to a one-year truce under "
            "which the affiliates rule and China's new rare-earth controls are suspended. SMIC and Hua "
            "Hong are China's two largest foundries. YMTC, China's top memory chipmaker, was added to the "
            "Entity List in December 2022."
        ),
    ),
    (
        "en",
        "",
        date(2024, 10, 25),
        (
            "TSMC told Washington that one of its chips had been found in a Huawei product, people "
            "familiar with the matter said. TechInsights, the Canadian research firm, had taken apart "
            "Huawei's Ascend 910B and found the die. TSMC suspended shipments to the customer, Sophgo, a "
            "Beijing-based designer affiliated with Bitmain. Under rules from 2020, TSMC may not make "
            "chips for Huawei. The Taiwanese company makes more than 90% of the world's most advanced "
            "chips. Its third-quarter net profit rose 54% to T$325.3 billion and its revenue in U.S. "
            "dollars was $23.5 billion, up 36% from a year earlier. It expects AI processors to make up a "
            "mid-teens percentage of revenue this year. Samsung posted an operating profit of 9.18 "
            "trillion won for the quarter. SK hynix, the main supplier of HBM to Nvidia, reported a record "
            "operating profit of 7.03 trillion won. ASML cut its 2025 forecast to between 30 billion and "
            "35 billion euros, and its bookings for the third quarter were 2.6 billion euros, far below "
            "expectations of 5.4 billion euros. It expects China to fall to about 20% of its sales next "
            "year."
        ),
    ),
    (
        "zh",
        "hans",
        date(2025, 3, 1),
        (
            "中芯国际2月11日公布的业绩显示，2024年四季度销售收入22.07亿美元，环比增长1.7%，同"
            "比增长31.5%；毛利率22.6%。全年销售收入80.3亿美元，同比增长27%，创历史新高，晶圆"
            "代工行业排名第三。公司预计2025年一季度收入环比增长6%到8%。2024年资本开支约73.3亿"
            "美元。来自中国区的收入占比为89.1%。\n\n华虹半导体2024年销售收入20.04亿美元，同比下"
            "降12.3%。台积电2024年营收约900亿美元，占据全球六成以上的份额。在存储领域，长鑫存储2"
            "024年底月产能约20万片晶圆，全球份额约5%。三星、SK海力士和美光三家合计占DRAM市场九成"
            "以上。2024年12月2日，美国商务部将140家中国半导体相关企业列入实体清单，并首次限制HBM"
            "对华出口。次日，中国商务部宣布禁止镓、锗、锑对美出口。2025年1月，拜登政府又发布人工智能扩散"
            "规则，把全球分为三个等级。\n\n字节跳动2025年资本开支计划约1500亿元，阿里巴巴宣布未来三年"
            "投入3800亿元以上，腾讯2024年资本开支为767亿元。"
        ),
    ),
    (
        "zh",
        "hant",
        date(2024, 6, 5),
        (
            "國家大基金三期5月24日成立，註冊資本3440億元，六大國有銀行合計出資1140億元，占比33."
            "14%。一期成立於2014年，規模1387億元；二期成立於2019年，規模2041億元。外界預期"
            "三期將投向HBM等AI相關領域。\n\nSIA統計，2023年全球半導體銷售額5,268億美元，年減"
            "8.2%。SEMI指出，2023年中國大陸半導體設備支出366億美元，為全球最大市場。ASML "
            "2024年第一季對中國大陸銷售占比達49%。輝達執行長黃仁勳6月2日在台北宣布下一代平台名為Ru"
            "bin，將於2026年推出。輝達2025財年第一季營收260億美元，年增262%，資料中心營收2"
            "26億美元，年增427%；中國區資料中心營收較去年10月管制前大幅下滑。英特爾為中國市場準備Ga"
            "udi 3的降規版HL-328與HL-388。超微的MI309未獲美國商務部放行。"
        ),
    ),
    (
        "en",
        "",
        date(2025, 12, 10),
        (
            "President Donald Trump said on Monday that the United States would allow Nvidia to ship its "
            "H200 chips to approved customers in China, with the government collecting a 25% fee. The "
            "decision reverses years of policy: the H200, released in 2024, has been barred from China "
            "since it appeared. The chip has 141 GB of HBM3e and 4.8 TB/s of bandwidth and is almost six "
            "times as powerful as the H20. Blackwell and the coming Rubin chips are not part of the deal. "
            "The Institute for Progress had estimated that H200 exports would let Chinese labs build "
            "supercomputers about as powerful as America's at a cost about 50% higher. AMD and Intel would "
            "be treated alike, Trump said. On the same day, the Justice Department said it had broken up a "
            "smuggling network that sent at least $160 million worth of H100 and H200 chips to China. "
            "Senators introduced the SAFE Chips Act last week to block such sales for 30 months. Nvidia's "
            "third-quarter revenue was $57.0 billion, up 62% from a year ago, and it expects $65 billion "
            "in the fourth."
        ),
    ),
    (
        "zh",
        "hans",
        date(2025, 9, 20),
        (
            "9月18日，华为轮值董事长徐直军在上海公布了昇腾芯片的演进路线：2026年一季度推出昇腾950P"
            "R，四季度推出950DT，2027年四季度和2028年四季度分别推出960和970。950PR采"
            "用华为自研的HBM。华为还发布了Atlas 950超节点，支持8192颗昇腾卡，总算力8 EFL"
            "OPS（FP8）。分析人士认为，单颗芯片的差距仍然明显：昇腾910C的FP16算力约为800 T"
            "FLOPS，英伟达B200则超过2000 TFLOPS。此前一天，英国《金融时报》报道，国家网信"
            "办要求字节跳动、阿里巴巴等企业停止测试和订购RTX Pro 6000D。英伟达CEO黄仁勋对此表"
            "示失望。9月15日，市场监管总局公告称英伟达违反反垄断法，收购迈络思时附加的限制性条件未被遵守。"
        ),
    ),
    (
        "en",
        "",
        date(2023, 5, 10),
        (
            "YMTC's troubles show how far the controls reach. The Wuhan-based memory maker was put on the "
            "Entity List in December 2022 and, starved of American tools, has asked suppliers such as Lam "
            "Research and Applied Materials to buy back equipment. Before that it had been close to "
            "supplying Apple. It held about 5% of the NAND market in 2021. CXMT, based in Hefei, makes "
            "DRAM and is not on the list. SMIC, which was listed in December 2020, earned $7.3 billion in "
            "2022, up 34%, but its revenue in the first quarter of 2023 fell about 21% from a year earlier "
            "to $1.46 billion. The Netherlands said in March that it would restrict exports of ASML's "
            "immersion machines; Japan followed with 23 types of equipment. Micron, meanwhile, is under "
            "review by the Cyberspace Administration of China since March 31. Loongson and Inspur joined "
            "the Entity List on March 2."
        ),
    ),
)
