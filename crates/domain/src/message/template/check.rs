//! What is wrong with a template, field by field, before it is saved.

use super::{
    Aliyun, Template, Tencent, Wechat,
    keys::KeyType,
    pattern::{self, Part, longest, names},
    variables::{self, ValueType},
};
use crate::{
    Code, Violation,
    message::{
        Channel, Kind, Purpose,
        segments::{MOST_UNITS, WAY_OUT, names_way_out, units},
    },
};
use visible::{is_hidden, is_unseen, links};

/// Code units of a signature. Providers register 2 to 12 of them, and companies' full names.
pub const SIGNATURE: usize = 20;
/// Code units of one parameter of Aliyun's, as its rules for variables that are no numbers say.
pub const ALIYUN_PARAMETER: usize = 35;
/// Parameters of one template, and as many keys; providers take fewer.
const PARAMETERS: usize = 20;
/// Characters of a code or an id of a provider's.
const CODE_CHARS: usize = 64;
/// Characters of a parameter's name with Aliyun.
const NAME_CHARS: usize = 25;
/// Code units of a page of a mini-program.
pub const PAGE: usize = 1_024;

/// The violations of one template so far.
struct Found<'t> {
    kind: Kind,
    template: &'t Template,
    found: Vec<Violation>,
}

impl Template {
    /// What is wrong with it, for a kind on a channel; fields are named as in JSON (`wechat.data.thing1`).
    pub fn violations(&self, kind: Kind, channel: Channel) -> Vec<Violation> {
        let mut check = Found { kind, template: self, found: Vec::new() };
        if !kind.about().channels.contains(&channel) {
            check.say("channel", Code::InvalidValue, "messages of this kind do not go this way");
        }
        check.host();
        match channel {
            Channel::Push | Channel::Sms => check.text(),
            Channel::Wechat if !self.text.is_empty() => {
                check.say("text", Code::InvalidValue, "WeChat's messages have data and no text");
            }
            Channel::Wechat => {}
        }
        if channel == Channel::Sms {
            check.signature();
            check.providers();
        } else {
            check.none_but_sms();
        }
        match (channel, &self.wechat) {
            (Channel::Wechat, Some(wechat)) => check.wechat(wechat),
            (Channel::Wechat, None) => check.say("wechat", Code::Required, Code::Required.en()),
            (Channel::Push | Channel::Sms, Some(_)) => {
                check.say("wechat", Code::InvalidValue, "only of the channel wechat");
            }
            (Channel::Push | Channel::Sms, None) => {}
        }
        check.found
    }
}

impl Found<'_> {
    fn say(&mut self, field: &str, code: Code, message: impl Into<crate::Sentence>) {
        self.found.push(Violation::with(field, code, message));
    }

    fn host(&mut self) {
        if self.template.host.as_ref().is_some_and(|host| !links::is_host(host)) {
            self.say("host", Code::InvalidValue, "a host such as m.example.com, without https://");
        }
    }

    /// What holds for every pattern: see [`Found::readable`]; and it has no link of another's.
    fn pattern(&mut self, field: &str, text: &str) -> bool {
        if !self.is_short(field, text, MOST_UNITS) {
            return false;
        }
        let fine = self.readable(field, text);
        let link = pattern::parts(text).ok().and_then(|parts| self.foreign_link(&parts));
        if let Some(link) = &link {
            let message = format!("{} looks like a link, and not to the template's host", shown(link));
            self.say(field, Code::ForeignLink, message);
        }
        fine && link.is_none()
    }

    /// Nothing longer is looked at.
    fn is_short(&mut self, field: &str, text: &str, most: usize) -> bool {
        let short = text.len() <= 4 * most && units(text) <= most;
        if !short {
            self.say(field, Code::TooLongText, format!("at most {most}"));
        }
        short
    }

    /// It can be read, its variables are the kind's, and it has no sign that people do not see and no bracket of a
    /// signature.
    fn readable(&mut self, field: &str, text: &str) -> bool {
        let before = self.found.len();
        if pattern::parts(text).is_err() {
            self.say(field, Code::UnbalancedBraces, Code::UnbalancedBraces.en());
        }
        for name in names(text) {
            if variables::find(self.kind, name).is_none() {
                let known: Vec<&str> = variables::variables(self.kind).iter().map(|v| v.name).collect();
                let message = format!("{{{}}} is none of {}", shown(name), known.join(", "));
                self.say(field, Code::UnknownVariable, message);
            }
        }
        if is_hidden(text) {
            self.say(field, Code::ForbiddenSign, Code::ForbiddenSign.en());
        }
        if text.contains(['【', '】']) {
            self.say(field, Code::InvalidValue, "【】 are the signature's");
        }
        self.found.len() == before
    }

    /// A link of another's, whatever letters its variables bring: `{shop}.com` is one too.
    fn foreign_link(&self, parts: &[Part<'_>]) -> Option<String> {
        let host = self.template.host.as_deref();
        let told = |part: &Part<'_>| match part {
            Part::Words(words) => (*words).to_owned(),
            Part::Variable(name)
                if variables::find(self.kind, name).is_some_and(|v| v.holds == ValueType::Link) =>
            {
                host.map_or("xx".to_owned(), |host| format!("https://{host}/xx"))
            }
            Part::Variable(_) => "xx".to_owned(),
        };
        let text: String = parts.iter().map(told).collect();
        links::foreign(&text, host).map(str::to_owned)
    }

    fn text(&mut self) {
        let text = &self.template.text;
        if text.trim().is_empty() {
            return self.say("text", Code::Required, Code::Required.en());
        }
        if !self.pattern("text", text) {
            return;
        }
        let links =
            |name: &&str| variables::find(self.kind, name).is_some_and(|v| v.holds == ValueType::Link);
        if self.template.host.is_none() && names(text).iter().any(links) {
            self.say("host", Code::Required, "{link} leads to it");
        }
        let signature = self.template.signature.as_ref().map_or(SIGNATURE, |signature| units(signature));
        let purpose = self.kind.about().purpose;
        let whole = longest(text, |name| variables::find(self.kind, name)) + signature + 2;
        if whole > MOST_UNITS {
            let message = format!("with its longest values it has {whole}, at most {MOST_UNITS}");
            self.say("text", Code::TooLongText, message);
        }
        self.needed("text", &names(text));
        if purpose == Purpose::Marketing && !names_way_out(text) {
            self.say("text", Code::NoOptOut, format!("end it with {WAY_OUT}, or the words of your provider"));
        }
    }

    fn needed(&mut self, field: &str, named: &[&str]) {
        let all = variables::variables(self.kind).iter();
        for variable in all.filter(|variable| variable.needed && !named.contains(&variable.name)) {
            let message = format!("{{{}}}: {}", variable.name, variable.means.en);
            self.say(field, Code::VariableMissing, message);
        }
    }

    fn signature(&mut self) {
        let Some(signature) = &self.template.signature else { return };
        if signature.trim() != signature || !(1..=SIGNATURE).contains(&units(signature)) {
            self.say(
                "signature",
                Code::OutOfRange,
                format!("1 to {SIGNATURE} characters, no blank at its ends"),
            );
        }
        if signature.contains(['【', '】', '{', '}']) || links::next(signature, 0).is_some() {
            self.say("signature", Code::InvalidValue, "a name without brackets, variables and links");
        }
        if is_hidden(signature) {
            self.say("signature", Code::ForbiddenSign, Code::ForbiddenSign.en());
        }
    }

    fn none_but_sms(&mut self) {
        if self.template.signature.is_some() {
            self.say("signature", Code::InvalidValue, "only of the channel sms");
        }
        if !self.template.providers.is_empty() {
            self.say("providers", Code::InvalidValue, "only of the channel sms");
        }
    }

    fn providers(&mut self) {
        let providers = &self.template.providers;
        if let Some(Aliyun { code, parameters }) = &providers.aliyun {
            self.code("providers.aliyun.code", code);
            for name in parameters.keys().filter(|name| !is_parameter_name(name)) {
                let field = format!("providers.aliyun.parameters.{}", shown(name));
                self.say(
                    &field,
                    Code::InvalidValue,
                    "a name of letters, digits and _, a letter first, at most 25",
                );
            }
            let named =
                parameters.iter().map(|(name, text)| (format!("parameters.{}", shown(name)), text.as_str()));
            self.parameters("providers.aliyun", named.collect(), ALIYUN_PARAMETER);
        }
        if let Some(Tencent { code, parameters }) = &providers.tencent {
            self.code("providers.tencent.code", code);
            let named =
                parameters.iter().enumerate().map(|(at, text)| (format!("parameters[{at}]"), text.as_str()));
            self.parameters("providers.tencent", named.collect(), MOST_UNITS);
        }
    }

    fn code(&mut self, field: &str, code: &str) {
        let fine = (1..=CODE_CHARS).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_graphic());
        if !fine {
            self.say(field, Code::InvalidValue, "1 to 64 letters, digits and signs of ASCII");
        }
    }

    /// Each parameter has a variable, and they are those of the text: else what is shown and counted is not what is sent.
    fn parameters(&mut self, provider: &str, parameters: Vec<(String, &str)>, most: usize) {
        if parameters.len() > PARAMETERS {
            return self.say(
                &format!("{provider}.parameters"),
                Code::TooMany,
                format!("at most {PARAMETERS}"),
            );
        }
        let in_text = names(&self.template.text);
        let mut filled = Vec::new();
        for (field, text) in parameters {
            let field = format!("{provider}.{field}");
            if !self.pattern(&field, text) {
                continue;
            }
            let named = names(text);
            if named.is_empty() {
                self.say(&field, Code::UnfilledParameter, Code::UnfilledParameter.en());
            }
            for name in &named {
                let link =
                    variables::find(self.kind, name).is_some_and(|found| found.holds == ValueType::Link);
                if link {
                    self.say(&field, Code::WrongKeyType, "providers take no link as a parameter");
                } else if !in_text.contains(name) {
                    self.say(&field, Code::UnknownVariable, format!("{{{name}}} does not stand in the text"));
                }
            }
            self.fits_in(&field, text, most);
            filled.extend(named);
        }
        let mut unfilled: Vec<&str> = in_text.into_iter().filter(|name| !filled.contains(name)).collect();
        unfilled.sort_unstable();
        unfilled.dedup();
        for name in unfilled {
            let message = format!("{{{name}}} stands in the text, and no parameter brings it");
            self.say(&format!("{provider}.parameters"), Code::VariableMissing, message);
        }
    }

    fn fits_in(&mut self, field: &str, text: &str, most: usize) {
        let longest = longest(text, |name| variables::find(self.kind, name));
        if longest > most {
            let message = format!("with its longest values it has {longest}, at most {most}");
            self.say(field, Code::TooLongText, message);
        }
    }

    fn wechat(&mut self, wechat: &Wechat) {
        self.code("wechat.template_id", &wechat.template_id);
        if let Some(page) = &wechat.page {
            self.page(page);
        }
        if !(1..=PARAMETERS).contains(&wechat.data.len()) {
            self.say("wechat.data", Code::OutOfRange, format!("1 to {PARAMETERS} keys"));
        }
        for (key, text) in wechat.data.iter().take(PARAMETERS) {
            let field = format!("wechat.data.{}", shown(key));
            match KeyType::of(key) {
                None => self.say(&field, Code::InvalidValue, "a key of WeChat's, such as thing1 or amount6"),
                Some(key) => self.key(&field, key, text),
            }
        }
        let named: Vec<&str> = wechat.data.values().flat_map(|text| names(text)).collect();
        self.needed("wechat.data", &named);
    }

    fn page(&mut self, page: &str) {
        let field = "wechat.page";
        if !self.is_short(field, page, PAGE) {
            return;
        }
        let graphic = page.bytes().all(|byte| byte.is_ascii_graphic());
        if page.is_empty() || !graphic || page.contains("//") || page.contains(':') || page.starts_with('{') {
            return self.say(
                field,
                Code::InvalidValue,
                "a page of the mini-program, such as pages/order?id={order}",
            );
        }
        if !self.readable(field, page) {
            return;
        }
        let named = names(page);
        let holds =
            |name: &&str| variables::find(self.kind, name).is_some_and(|v| v.holds == ValueType::Link);
        if named.iter().any(holds) {
            self.say(field, Code::WrongKeyType, "a page of the mini-program takes no link");
        }
        // A letter of a value takes up to nine of a path.
        let longest = |name: &&str| variables::find(self.kind, name).map_or(0, |found| 9 * found.most);
        if units(page) + named.iter().map(longest).sum::<usize>() > PAGE {
            self.say(field, Code::TooLongText, format!("at most {PAGE} with its values encoded"));
        }
    }

    fn key(&mut self, field: &str, key: KeyType, text: &str) {
        if !self.pattern(field, text) {
            return;
        }
        let parts = pattern::parts(text).unwrap_or_default();
        let holds = |name: &str| variables::find(self.kind, name).map(|found| found.holds);
        let named = names(text);
        let wrong = named.iter().find(|name| holds(name).is_some_and(|holds| !key.takes(holds))).copied();
        if let Some(name) = wrong {
            self.say(field, Code::WrongKeyType, format!("{{{name}}} does not go here: {}", key.holds()));
        } else if named.is_empty() && !key.fits(text) {
            self.say(field, Code::InvalidValue, key.holds());
        } else if parts.len() > 1 && !key.mixes() {
            self.say(field, Code::WrongKeyType, "one variable by itself, or words only");
        } else if key == KeyType::CharacterString && !words_of(&parts).all(|words| key.fits(words)) {
            self.say(field, Code::InvalidValue, key.holds());
        } else if key.mixes() && text.trim() != text {
            self.say(field, Code::InvalidValue, "no blank at its ends");
        } else if key.mixes() {
            self.fits_in(field, text, key.most());
        }
    }
}

fn words_of<'p>(parts: &'p [Part<'_>]) -> impl Iterator<Item = &'p str> {
    parts.iter().filter_map(|part| if let Part::Words(words) = part { Some(*words) } else { None })
}

fn is_parameter_name(name: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.len() <= NAME_CHARS
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(letters)
}

/// A name as a message may show it: what a stranger typed is not said back whole.
fn shown(name: &str) -> String {
    name.chars().filter(|letter| !is_unseen(*letter)).take(NAME_CHARS).collect()
}
