"""Short articles written for the tests, true to facts or changed on purpose, with the verdicts that are right.

``ARTICLES``: name, text, language, script, day of publication, and pairs of a stretch with the accepted verdicts.
"""

from __future__ import annotations

from datetime import date

S, I, C, M, N, O = "supported", "imprecise", "contradicted", "misattributed", "no_evidence", "opinion"  # noqa: E741

ARTICLES: tuple[tuple[str, str, str, str, date, tuple[tuple[str, tuple[str, ...]], ...]], ...] = (
    (
        "chips and charges, true",
        (
            "Nvidia's data center bet is paying off, but China is a growing question. The company reported "
            "revenue of $44.1 billion for the quarter ended in April 2025, up 69% from a year earlier. It "
            "took a $4.5 billion charge tied to H20 inventory after Washington told it on April 9 that the "
            "chip would need a licence for China. Revenue from China was about $5.5 billion, or 12.5% of the "
            "total.\n\nThe H20 has 96 GB of high-bandwidth memory and 4 TB/s of memory bandwidth, more than "
            "the H100's 3.35 TB/s, but its computing power is only about 15% of the H100's. AMD, maker of "
            "the MI308, expects a charge of up to $800 million. Huawei's Ascend 910C, made by SMIC, is the "
            "strongest domestic rival. Baidu's Kunlun chips are another.\n\nTSMC, the Taiwanese foundry, makes "
            "the chips for Nvidia. ASML remains the only supplier of EUV machines. SMIC was put on the "
            "Entity List in December 2020, and Huawei in May 2019."
        ),
        "en",
        "",
        date(2025, 6, 5),
        (
            ("revenue of $44.1 billion", (S,)),
            ("up 69%", (S,)),
            ("$4.5 billion charge", (S,)),
            ("about $5.5 billion", (S,)),
            (
                "12.5% of the total",
                (
                    S,
                    I,
                ),
            ),
            ("96 GB", (S,)),
            ("4 TB/s", (S,)),
            ("only about 15% of the H100", (S,)),
            ("$800 million", (S,)),
            ("made by SMIC", (S,)),
            ("Baidu's Kunlun", (S,)),
            ("only supplier of EUV", (S,)),
            ("SMIC was put on the Entity List in December 2020", (S,)),
            (
                "Huawei in May 2019",
                (
                    S,
                    N,
                ),
            ),
        ),
    ),
    (
        "chips and charges, changed",
        (
            "Nvidia's boom is over. The company reported revenue of $26.0 billion for the first quarter of "
            "calendar 2025, down 69% from a year earlier, and took a $14.5 billion charge tied to the H20. "
            "China brought it $15.5 billion in the quarter.\n\nThe H20 has 141 GB of memory and only 2 TB/s of "
            "memory bandwidth, far less than the H100's. Its computing power is about 60% of the H100's. "
            "Intel, maker of the MI308, expects a charge. Alibaba's Kunlun chips and Baidu's Ascend 910C are "
            "rivals. Nikon is the main supplier of EUV machines. Samsung makes the H100 for Nvidia.\n\nSMIC "
            "was put on the Entity List in December 2017. China's Big Fund III has a registered capital of "
            "34.4 billion yuan. DeepSeek-V3 has 1.2 trillion parameters."
        ),
        "en",
        "",
        date(2025, 6, 5),
        (
            (
                "revenue of $26.0 billion",
                (
                    C,
                    I,
                    M,
                ),
            ),
            ("down 69%", (C,)),
            ("$14.5 billion charge", (C,)),
            ("$15.5 billion in the quarter", (C,)),
            (
                "141 GB",
                (
                    C,
                    M,
                    I,
                ),
            ),
            ("2 TB/s", (C,)),
            ("60% of the H100", (C,)),
            (
                "Intel, maker of the MI308",
                (
                    M,
                    C,
                ),
            ),
            (
                "Alibaba's Kunlun",
                (
                    M,
                    C,
                ),
            ),
            (
                "Baidu's Ascend 910C",
                (
                    M,
                    C,
                ),
            ),
            (
                "Nikon is the main supplier",
                (
                    M,
                    C,
                ),
            ),
            (
                "Samsung makes the H100",
                (
                    C,
                    M,
                ),
            ),
            (
                "SMIC was put on the Entity List in December 2017",
                (
                    C,
                    N,
                ),
            ),
            ("34.4 billion yuan", (C,)),
            ("1.2 trillion parameters", (C,)),
        ),
    ),
    (
        "财报与规格，属实",
        (
            "财新记者获悉，中芯国际2024年实现营业收入80.3亿美元，同比增长27%，首次跻身全球第三大晶圆代"
            "工厂。公司产能利用率约85.6%。华为2024年销售收入8621亿元，同比增长22.4%。\n\n寒武纪"
            "2025年上半年营业收入28.8亿元，同比增长超过40倍。国家大基金三期注册资本3440亿元，二期为"
            "2041.5亿元。阿斯麦是全球唯一的极紫外光刻机供应商，2024年中国大陆占其系统销售额的41%。\n"
            "\n英伟达H20显存为96GB，带宽4.0TB/s，FP16算力148 TFLOPS，约为H100的1"
            "5%。2025年4月，美国政府要求H20对华出口须取得许可。长江存储2022年12月被列入实体清单。"
        ),
        "zh",
        "hans",
        date(2025, 9, 10),
        (
            (
                "80.3亿美元",
                (
                    S,
                    I,
                ),
            ),
            (
                "同比增长27%",
                (
                    S,
                    I,
                ),
            ),
            (
                "第三大晶圆代工厂",
                (
                    S,
                    I,
                    N,
                ),
            ),
            (
                "85.6%",
                (
                    S,
                    I,
                    N,
                ),
            ),
            ("8621亿元", (S,)),
            ("同比增长22.4%", (S,)),
            ("28.8亿元", (S,)),
            (
                "超过40倍",
                (
                    S,
                    I,
                ),
            ),
            ("3440亿元", (S,)),
            ("2041.5亿元", (S,)),
            ("唯一的极紫外光刻机", (S,)),
            (
                "41%",
                (
                    S,
                    I,
                ),
            ),
            ("96GB", (S,)),
            ("4.0TB/s", (S,)),
            ("148 TFLOPS", (S,)),
            (
                "H100的15%",
                (
                    S,
                    I,
                ),
            ),
            ("须取得许可", (S,)),
            ("长江存储2022年12月", (S,)),
        ),
    ),
    (
        "財報與規格，改動",
        (
            "觀察：中芯國際2024年營收達到160億美元，同比下降27%。華為2024年銷售收入6821億元。寒"
            "武紀2025年上半年營收2.88億元。國家大基金三期註冊資本2041億元。\n\n尼康是全球唯一的極紫外"
            "光刻機供應商。華為旗下崑崙芯推出P800晶片，騰訊的含光800同樣受到關注。輝達H20的記憶體頻寬只"
            "有2.0TB/s，FP16算力達到989 TFLOPS，是H100的兩倍。長江存儲2019年被列入實"
            "體清單。台積電總部位於韓國。"
        ),
        "zh",
        "hant",
        date(2025, 9, 10),
        (
            ("160億美元", (C,)),
            ("同比下降27%", (C,)),
            ("6821億元", (C,)),
            ("2.88億元", (C,)),
            (
                "2041億元",
                (
                    C,
                    M,
                ),
            ),
            (
                "尼康是全球唯一",
                (
                    C,
                    M,
                ),
            ),
            (
                "華為旗下崑崙芯",
                (
                    C,
                    M,
                ),
            ),
            (
                "騰訊的含光800",
                (
                    C,
                    M,
                ),
            ),
            ("只有2.0TB/s", (C,)),
            (
                "989 TFLOPS",
                (
                    C,
                    M,
                ),
            ),
            ("H100的兩倍", (C,)),
            (
                "長江存儲2019年",
                (
                    C,
                    N,
                ),
            ),
            ("台積電總部位於韓國", (C,)),
        ),
    ),
    (
        "rules and markets",
        (
            "Export controls are a blunt tool, and it is time to admit it. In October 2022 the Commerce "
            "Department restricted chips such as the A100 and H100 from going to China. Nvidia answered with "
            "the A800, whose links run at 400 GB/s instead of 600 GB/s. A year later, in October 2023, the "
            "rule was rewritten and the A800 and H800 were caught too. China answered with licences on "
            "gallium and germanium in July 2023.\n\nIn January 2025 the Biden administration issued the AI "
            "Diffusion rule; the Trump administration rescinded it in May 2025. Kessler told Congress that "
            "Huawei can make no more than 200,000 AI chips in 2025. World semiconductor sales reached $627.6 "
            "billion in 2024, up 19.1%. China imported $385 billion of chips that year. TSMC held 67% of the "
            "foundry market in late 2024. SK hynix overtook Samsung in DRAM in early 2025 with a share of "
            "36%. CXMT is based in Shanghai.\n\nPolicymakers should be humble. The policy has clearly failed."
        ),
        "en",
        "",
        date(2025, 8, 1),
        (
            ("In October 2022 the Commerce", (S,)),
            ("400 GB/s", (S,)),
            ("October 2023, the rule was rewritten", (S,)),
            ("gallium and germanium in July 2023", (S,)),
            ("issued the AI Diffusion", (S,)),
            ("rescinded it in May 2025", (S,)),
            ("200,000 AI chips", (S,)),
            ("$627.6 billion", (S,)),
            ("up 19.1%", (S,)),
            ("$385 billion", (S,)),
            (
                "67% of the foundry",
                (
                    S,
                    I,
                ),
            ),
            (
                "share of 36%",
                (
                    S,
                    I,
                ),
            ),
            (
                "CXMT is based in Shanghai",
                (
                    C,
                    N,
                ),
            ),
            ("The policy has clearly failed", (O,)),
        ),
    ),
)
