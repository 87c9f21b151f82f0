//! The page `docs/terms.md`, written from the forms. When a form changes, this test says how to renew the page.
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::campaign::field::{Choice, Field, Form, List, Need, Type, Unless, Words};
use domain::campaign::{COMPARISONS, FIGURES, Figure, Unit, forms};
use std::path::Path;

const HEAD: &str = "\
# Terms and figures of each kind · 各类活动的设置与数据

What stands under `terms` of a campaign, by its `kind`, and what `.../campaigns/{id}/stats` answers of it. Figures of orders
are sums over the orders as they are now, and what a campaign did to an order counts whenever that was placed, also before
the campaign was made. What a promotion took off is what the books say (A-G-17), with the placing or with a balance. A test writes this page from the forms in the code
(`crates/domain/tests/terms_page.rs`); the OpenAPI document says the same, with the Chinese texts under `x-form`. What
else a campaign has, and what comes of its terms, is on the page of its kind: [recovery.md](recovery.md),
[presale.md](presale.md), [pricing.md](pricing.md).

活动的 `terms` 按 `kind` 填写；`.../campaigns/{id}/stats` 返回各类活动的数据，订单类数据为订单当前状态之和；活动对订单做过的都计入，下单早于创建活动的也一样；优惠金额与账目一致（A-G-17），下单时或付尾款时均计。本页由测试根据代码中的表单生成，OpenAPI 文档内容相同，中文在 `x-form` 下。金额单位为分，时间为
RFC 3339。各类活动的其他设置与效果见上述页面。
";

type Language = fn(&Words) -> &'static str;
const LANGUAGES: [Language; 2] = [|words| words.en, |words| words.zh];

/// `1,000,000`.
fn grouped(number: impl ToString) -> String {
    let text = number.to_string();
    let (sign, digits) = text.split_at(usize::from(text.starts_with('-')));
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap()).collect();
    format!("{sign}{}", parts.join(","))
}

/// What a field holds, in a language.
fn holds(of: &Type, say: Language) -> String {
    let range = |least: String, most: String, en, zh| {
        format!("{least}{}{most}{}", say(&Words::new(" to ", " – ")), say(&Words::new(en, zh)))
    };
    let plain = |en, zh| say(&Words::new(en, zh)).to_owned();
    match of {
        Type::Whole(limits) => {
            let unit = limits.unit.map_or(String::new(), |unit| format!(" {}", say(&unit.label())));
            range(grouped(limits.least), grouped(limits.most), "", "") + &unit
        }
        Type::Money(limits) => match limits.most {
            Some(most) => range(grouped(limits.least), grouped(most), " fen", " 分"),
            None => format!("{}{}", grouped(limits.least), plain(" fen and more", " 分起")),
        },
        Type::Percent => plain("1 to 100 %, or text: `\"12.5\"`", "1 – 100 %，或文本 `\"12.5\"`"),
        Type::Factor => plain("a factor, as text: `\"2.5\"`", "倍数，文本：`\"2.5\"`"),
        Type::Flag => plain("`true`, `false`", "`true`、`false`"),
        Type::Choice(choices) => {
            let line = |choice: &Choice| format!("`{}`: {}", choice.word, say(&choice.label));
            choices.iter().map(line).collect::<Vec<_>>().join("<br>")
        }
        Type::Text(limits) => match limits.most {
            Some(most) => range(grouped(limits.least), grouped(most), " characters", " 个字符"),
            None => plain("text", "文本"),
        },
        Type::Id => plain("an id", "编号"),
        Type::Moment => plain("a moment", "时间"),
        Type::Object(_) => plain("an object", "对象"),
        Type::List(List { of, least, most, .. }) => {
            let length = range(grouped(least), grouped(most), " of: ", " 个：");
            length + &holds(of, say)
        }
    }
}

fn need(need: Need) -> String {
    match need {
        Need::Required => "required 必填".to_owned(),
        Need::Optional => "none 无".to_owned(),
        Need::Default(json) => format!("`{json}`"),
    }
}

/// A row for a field, and rows for those inside of it.
fn rows(fields: &[Field], at: &str) -> String {
    let row = |field: &Field| {
        let name = format!("{at}{}", field.name);
        let [en, zh] = LANGUAGES.map(|say| holds(&field.of, say));
        let told = LANGUAGES.map(|say| {
            let fixed = field.fixed.map(|fixed| match fixed.unless {
                Unless::Never => Words::new(" Fixed once published.", "发布后不可修改。"),
                Unless::Default => Words::new(
                    " Once published it may only go to what it is when left out, and not back.",
                    "发布后只可改为不填时的值，且不可再改回。",
                ),
            });
            let fixed = fixed.map_or("", |words| say(&words));
            format!("**{}** {}{fixed}", say(&field.label), say(&field.help))
        });
        let holds = if en == zh { en } else { format!("{en}<br>{zh}") };
        let row = format!("| `{name}` | {} | {holds} | {} | {} |\n", need(field.need), told[0], told[1]);
        row + &inside(&field.of, &name)
    };
    fields.iter().map(row).collect()
}

fn inside(of: &Type, name: &str) -> String {
    if let Type::List(list) = of {
        return inside(list.of, &format!("{name}[]"));
    }
    if let Type::Object(fields) = of { rows(fields, &format!("{name}.")) } else { String::new() }
}

/// The example without the indentation of the source.
fn example(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let [first, inner @ .., last] = lines.as_slice() else { return text.to_owned() };
    let inner: Vec<String> = inner.iter().map(|line| format!("  {line}")).collect();
    format!("{first}\n{}\n{last}", inner.join("\n"))
}

fn section(name: &str, form: &Form) -> String {
    let rules: Vec<String> = form.rules.iter().map(|rule| format!("- {}<br>{}", rule.en, rule.zh)).collect();
    let rules = if rules.is_empty() { String::new() } else { format!("\n{}\n", rules.join("\n")) };
    format!(
        "\n## {} · {}\n\n`\"kind\": \"{name}\"`\n\n{}\n\n{}\n\n\
         | Field 字段 | Left out 不填时 | Holds 取值 | Meaning | 含义 |\n|---|---|---|---|---|\n{}{rules}\n\
         ```json\n{}\n```\n",
        form.label.en,
        form.label.zh,
        form.help.en,
        form.help.zh,
        rows(form.fields, ""),
        example(form.example),
    )
}

/// What is said of what came of a campaign.
fn figures(kind: &str) -> String {
    let known = FIGURES.iter().find(|(name, _)| *name == kind);
    let figures = known.map(|(_, figures)| *figures).unwrap_or_default();
    let unit = |unit: Unit| match unit {
        Unit::Count => "number 数量",
        Unit::Money => "fen 分",
        Unit::BasisPoints => "basis points, or null 万分比或 null",
        Unit::ByWord => "numbers by word 按词计数",
    };
    let row = |figure: &Figure| {
        format!("| `{}` | {} | {} | {} |\n", figure.name, unit(figure.unit), figure.en, figure.zh)
    };
    let rows: String = figures.iter().map(row).collect();
    format!("\n| Figure 数据 | Unit 单位 | Meaning | 含义 |\n|---|---|---|---|\n{rows}{}", comparison(kind))
}

/// Where a kind has a comparison group: that there is more.
fn comparison(kind: &str) -> String {
    let what = COMPARISONS.iter().find(|(name, _)| *name == kind).and_then(|(_, what)| *what);
    what.map_or(String::new(), |what| {
        format!(
            "\nWith a comparison group, `holdout` beside them: [holdout.md](holdout.md). `{}` are its {}.\n\n\
             设有对照组时另有 `holdout`：[holdout.zh-CN.md](holdout.zh-CN.md)。`{}` 对应{}。\n",
            what.outcome, what.rate.en, what.outcome, what.rate.zh
        )
    })
}

#[test]
fn the_page_of_terms_is_that_of_the_forms() {
    let sections = forms::KINDS.iter().map(|kind| section(kind.name, &kind.form) + &figures(kind.name));
    let fresh = HEAD.to_owned() + &sections.collect::<String>();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/terms.md");
    let kept = std::fs::read_to_string(kept).unwrap_or_default();
    if kept != fresh {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("terms.md");
        std::fs::write(&made, fresh).unwrap();
        panic!("docs/terms.md is stale; renew it: cp {} docs/terms.md", made.display());
    }
}
