//! A template with its values filled in: what is sent, shown and counted.
//!
//! Always holds: every part is within its length and its key's form, and no link leads elsewhere than to the template's
//! host; else nothing is rendered and the variable is named.

use super::{
    Template, Unfit,
    check::{ALIYUN_PARAMETER, PAGE, SIGNATURE},
    keys::{self, KeyType},
    pattern::{self, Part},
    variables::{self, Variable},
};
use crate::{
    Lang,
    ids::path_part,
    message::{
        Channel, Kind,
        segments::{MOST_UNITS, segments, units, whole},
        values::{Value, Values, moment},
    },
};
use money::Currency;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use visible::{clean, cut, links};

/// A message as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rendered {
    /// All that the customer reads: of SMS with the signature in its brackets, of WeChat a line for each key.
    pub text: String,
    /// Of SMS: the signature, without brackets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signature: String,
    /// SMS that it costs; 0 on other channels.
    pub segments: u32,
    /// For Aliyun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliyun: Option<ByName>,
    /// For Tencent Cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tencent: Option<ByPosition>,
    /// For WeChat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat: Option<Data>,
}

/// A provider's template with its parameters by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByName {
    pub code: String,
    pub parameters: BTreeMap<String, String>,
}

/// A provider's template with its parameters by position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByPosition {
    pub code: String,
    pub parameters: Vec<String>,
}

/// A subscription message with its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    pub template_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    pub data: BTreeMap<String, String>,
}

impl Template {
    /// Fills in the values, or names the variable that is at fault.
    pub fn render(&self, kind: Kind, channel: Channel, values: &Values) -> Result<Rendered, Unfit> {
        let fill = Filling { template: self, kind, values };
        match channel {
            Channel::Push => Ok(Filling::rendered(fill.text(MOST_UNITS)?, String::new(), 0)),
            Channel::Sms => fill.sms(),
            Channel::Wechat => fill.wechat(),
        }
    }

    /// The same with example values, as a shop sees them that takes that currency (A-G-12).
    pub fn preview(&self, kind: Kind, channel: Channel, currency: Currency) -> Result<Rendered, Unfit> {
        self.render(kind, channel, &Values::examples_in(kind, self.language, currency))
    }
}

struct Filling<'f> {
    template: &'f Template,
    kind: Kind,
    values: &'f Values,
}

impl Filling<'_> {
    fn rendered(text: String, signature: String, segments: u32) -> Rendered {
        Rendered { text, signature, segments, aliyun: None, tencent: None, wechat: None }
    }

    fn text(&self, most: usize) -> Result<String, Unfit> {
        let text = self.pattern(&self.template.text, most)?;
        if text.trim().is_empty() {
            return Err(Unfit { variable: "text".into() });
        }
        Ok(text)
    }

    fn sms(&self) -> Result<Rendered, Unfit> {
        let signature = match &self.template.signature {
            Some(signature) => signature.clone(),
            None => match variables::find(self.kind, "shop") {
                Some(shop) => self.tell(shop, SIGNATURE)?,
                None => String::new(),
            },
        };
        let purpose = self.kind.about().purpose;
        let around = units(&whole(&signature, "", purpose));
        let body = self.text(MOST_UNITS.saturating_sub(around))?;
        let text = whole(&signature, &body, purpose);
        let mut sms = Self::rendered(text.clone(), signature, segments(&text));
        if let Some(own) = &self.template.providers.aliyun {
            let one = |(name, text): (&String, &String)| {
                Ok((name.clone(), self.parameter(text, ALIYUN_PARAMETER)?))
            };
            let parameters = own.parameters.iter().map(one).collect::<Result<_, Unfit>>()?;
            sms.aliyun = Some(ByName { code: own.code.clone(), parameters });
        }
        if let Some(own) = &self.template.providers.tencent {
            let one = |text: &String| self.parameter(text, MOST_UNITS);
            let parameters = own.parameters.iter().map(one).collect::<Result<_, Unfit>>()?;
            sms.tencent = Some(ByPosition { code: own.code.clone(), parameters });
        }
        Ok(sms)
    }

    /// A parameter is never empty: providers refuse the whole message then.
    fn parameter(&self, text: &str, most: usize) -> Result<String, Unfit> {
        let filled = self.pattern(text, most)?;
        if filled.trim().is_empty() { Err(Self::fault(text)) } else { Ok(filled) }
    }

    fn wechat(&self) -> Result<Rendered, Unfit> {
        let own = self.template.wechat.as_ref().ok_or_else(|| Unfit { variable: "wechat".into() })?;
        let one = |(key, text): (&String, &String)| Ok((key.clone(), self.key(key, text)?));
        let data = own.data.iter().map(one).collect::<Result<BTreeMap<_, _>, Unfit>>()?;
        let page = own.page.as_ref().map(|page| self.page(page)).transpose()?;
        let text = data.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join("\n");
        let mut message = Self::rendered(text, String::new(), 0);
        message.wechat = Some(Data { template_id: own.template_id.clone(), page, data });
        Ok(message)
    }

    /// What stands under a typed key.
    fn key(&self, key: &str, text: &str) -> Result<String, Unfit> {
        let key = KeyType::of(key).ok_or_else(|| Unfit { variable: key.to_owned() })?;
        let told = match pattern::parts(text).unwrap_or_default().as_slice() {
            [Part::Variable(name)] => match self.values.get(name) {
                Some(Value::Amount(amount, currency)) if key == KeyType::Amount => {
                    keys::amount(*amount, *currency).ok_or_else(|| Self::fault(text))?
                }
                Some(Value::Moment(at, zone)) if matches!(key, KeyType::Time | KeyType::Date) => {
                    keys::moment(*at, zone)
                }
                _ => self.pattern(text, key.most())?,
            },
            _ => self.pattern(text, key.most())?,
        };
        // A name that was cut is written up to a blank now and then.
        let told = told.trim().to_owned();
        if key.fits(&told) { Ok(told) } else { Err(Self::fault(text)) }
    }

    fn page(&self, page: &str) -> Result<String, Unfit> {
        let find = |name: &str| variables::find(self.kind, name);
        let tell = |variable: &Variable, most: usize| Ok(path_part(&self.tell(variable, most)?).into_owned());
        let page_told = pattern::fill(page, usize::MAX, find, tell)?;
        if units(&page_told) <= PAGE { Ok(page_told) } else { Err(Self::fault(page)) }
    }

    fn pattern(&self, text: &str, most: usize) -> Result<String, Unfit> {
        let find = |name: &str| variables::find(self.kind, name);
        let filled = pattern::fill(text, most, find, |variable, most| self.tell(variable, most))?;
        match links::foreign(&filled, self.template.host.as_deref()) {
            Some(_) => Err(Self::fault(text)),
            None => Ok(filled),
        }
    }

    /// The first variable of a text: it is the one to look at.
    fn fault(text: &str) -> Unfit {
        let name = pattern::names(text).first().copied().unwrap_or(text);
        Unfit { variable: name.to_owned() }
    }

    /// A value in at most so many code units.
    fn tell(&self, variable: &Variable, most: usize) -> Result<String, Unfit> {
        let language = self.template.language;
        let most = most.min(variable.most);
        let unfit = || Unfit { variable: variable.name.to_owned() };
        let value =
            self.values.get(variable.name).filter(|value| value.is_a(variable.holds)).ok_or_else(unfit)?;
        let told = match value {
            Value::Text(text) => cut(&clean(text), most),
            Value::Goods(name, pieces) => goods(name, *pieces, language, most),
            Value::Number(number) => number.to_string(),
            Value::Amount(amount, currency) => match language {
                Lang::Zh if *currency == Currency::CNY => format!("{}元", currency.digits(*amount)),
                Lang::Zh | Lang::En => currency.text(*amount),
            },
            Value::Moment(at, zone) => {
                let (zh, en) = moment(*at, zone);
                language.pick(en, zh)
            }
            Value::Link(path) => self.link(path).ok_or_else(unfit)?,
        };
        let neutral = || variable.neutral.map(|words| cut(language.of(words), most)).unwrap_or_default();
        let told = if told.is_empty() { neutral() } else { told };
        if told.is_empty() || units(&told) > most { Err(unfit()) } else { Ok(told) }
    }

    /// A page at the template's host; there is no other.
    fn link(&self, path: &str) -> Option<String> {
        let host = self.template.host.as_ref()?;
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/?=&%+:,;".contains(&byte);
        let fine = path.starts_with('/') && !path.starts_with("//") && path.bytes().all(letters);
        fine.then(|| format!("https://{host}{path}"))
    }
}

/// Goods in at most so many code units: `龙井 等3件`, `Longjing (3 pieces)`. Where the count leaves no room, the name
/// matters more.
fn goods(name: &str, pieces: u64, language: Lang, most: usize) -> String {
    let name = clean(name);
    if pieces < 2 || name.is_empty() {
        return cut(&name, most);
    }
    let more = language.pick(format!(" ({pieces} pieces)"), format!(" 等{pieces}件"));
    let short = cut(&name, most.saturating_sub(units(&more)));
    if short.is_empty() { cut(&name, most) } else { format!("{short}{more}") }
}
