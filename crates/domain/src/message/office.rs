//! What the message centre reads and keeps: a shop's settings and templates, its wallet, its customers' contacts and
//! numbers.

use super::{
    Channel, Kind,
    addressee::Addressee,
    alerts::Alert,
    numbers::{Number, NumberKey},
    settings::{CUT_OVER, Chosen, MessageSettings},
    template::{Rendered, Template},
    wallet::Wallet,
};
use crate::{CustomerId, Instant, limits};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A shop's settings and templates. A shop that never asked for any has none, and is sent what its presales ask for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Centre {
    /// Switches, limits, quiet hours.
    #[serde(default)]
    pub settings: MessageSettings,
    /// Each kind's and channel's templates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    templates: Vec<Templates>,
    /// Who was told of supplier orders and purchase orders while the shop named no suppliers.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    supplied: BTreeSet<CustomerId>,
}

/// Whether somebody may be told of an order of goods at the platform's cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayHear {
    /// The shop has named them, or they were told before.
    Yes,
    /// They may, and are one of so many from then on.
    Anew,
    /// The shop has named others.
    NotNamed,
    /// The shop names nobody, and as many as may be were told.
    TooMany,
}

/// The versions of one template, the last in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Templates {
    kind: Kind,
    channel: Channel,
    versions: Vec<TemplateVersion>,
    /// Since when it is not in use any more, and by which key; saving another puts that one in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed: Option<(Instant, String)>,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateVersion {
    /// 1 for the first.
    pub number: u32,
    /// When it was saved.
    pub made_at: Instant,
    /// By which key.
    pub made_by: String,
    /// Since when its provider refuses it, and in which words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<(Instant, String)>,
    /// What it says.
    pub template: Template,
}

impl Centre {
    /// Whether the shop has said what it wants: no notice goes out by SMS or `WeChat` before the first settings count,
    /// also none that is free, and whatever templates are there. What was said before the platform stopped sending for
    /// free is a word for the days until then, too (S2-R16).
    pub fn speaks(&self, now: Instant) -> bool {
        self.settings.at(now.max(CUT_OVER)).is_some()
    }

    /// Whether they may be told of supplier orders and purchase orders (S2-R13).
    pub fn may_hear(&self, who: &CustomerId, now: Instant) -> MayHear {
        let named =
            self.settings.at(now).map(|counts| &counts.chosen.suppliers).filter(|all| !all.is_empty());
        match named {
            Some(named) if named.contains(who) => MayHear::Yes,
            Some(_) => MayHear::NotNamed,
            None if self.supplied.contains(who) => MayHear::Yes,
            None if self.supplied.len() >= limits::UNNAMED_SUPPLIERS => MayHear::TooMany,
            None => MayHear::Anew,
        }
    }

    /// They were told of one, in a shop that names nobody.
    pub fn supply(&mut self, who: CustomerId) {
        self.supplied.insert(who);
    }

    /// The template in use.
    pub fn template(&self, kind: Kind, channel: Channel) -> Option<&TemplateVersion> {
        let known = self.find(kind, channel).filter(|known| known.removed.is_none())?;
        known.versions.last()
    }

    fn find(&self, kind: Kind, channel: Channel) -> Option<&Templates> {
        self.templates.iter().find(|known| (known.kind, known.channel) == (kind, channel))
    }

    /// All versions that are kept, the last in use.
    pub fn versions(&self, kind: Kind, channel: Channel) -> &[TemplateVersion] {
        self.find(kind, channel).map(|known| &known.versions[..]).unwrap_or_default()
    }

    /// Since when there is none in use any more, and by which key.
    pub fn removed(&self, kind: Kind, channel: Channel) -> Option<(Instant, &str)> {
        let (at, by) = self.find(kind, channel)?.removed.as_ref()?;
        Some((*at, by))
    }

    /// Takes a template out of use: our own text is sent again, at its own price. Its versions are kept. `false` where
    /// none is in use.
    pub fn remove(&mut self, kind: Kind, channel: Channel, by: String, now: Instant) -> bool {
        let known = self.templates.iter_mut().find(|known| (known.kind, known.channel) == (kind, channel));
        match known {
            Some(known) if known.removed.is_none() => {
                known.removed = Some((now, by));
                true
            }
            Some(_) | None => false,
        }
    }

    /// Saves a new version, which is in use from now on. The same again is no new one.
    pub fn save(
        &mut self,
        kind: Kind,
        channel: Channel,
        template: Template,
        by: String,
        now: Instant,
    ) -> u32 {
        let at = self.templates.iter().position(|known| (known.kind, known.channel) == (kind, channel));
        let at = at.unwrap_or_else(|| {
            self.templates.push(Templates { kind, channel, versions: Vec::new(), removed: None });
            self.templates.len() - 1
        });
        let known = &mut self.templates[at];
        let was_removed = known.removed.take().is_some();
        let versions = &mut known.versions;
        let is_it = |last: &&TemplateVersion| last.template == template && last.blocked.is_none();
        if let Some(last) = versions.last().filter(is_it).filter(|_| !was_removed) {
            return last.number;
        }
        let number = versions.last().map_or(1, |last| last.number + 1);
        versions.push(TemplateVersion { number, made_at: now, made_by: by, blocked: None, template });
        let over = versions.len().saturating_sub(limits::TEMPLATE_VERSIONS);
        versions.drain(..over);
        number
    }

    /// A provider refuses a version: nothing is sent by it until another is saved. `true` when that is new.
    pub fn block(&mut self, kind: Kind, channel: Channel, number: u32, why: String, now: Instant) -> bool {
        let known = self.templates.iter_mut().find(|known| (known.kind, known.channel) == (kind, channel));
        let version = known.and_then(|known| known.versions.iter_mut().find(|one| one.number == number));
        match version {
            Some(version) if version.blocked.is_none() => {
                version.blocked = Some((now, why));
                true
            }
            Some(_) | None => false,
        }
    }
}

/// What the shop has chosen, as it counts at that moment.
pub fn chosen(centre: Option<&Centre>, now: Instant) -> Cow<'_, Chosen> {
    let counts = centre.and_then(|centre| centre.settings.at(now));
    counts.map_or_else(|| Cow::Owned(Chosen::default()), |version| Cow::Borrowed(&version.chosen))
}

/// Whether the shop's word sends a notice by that channel at that moment: nothing goes out before it has said anything
/// ([`Centre::speaks`]).
pub fn is_on(centre: Option<&Centre>, kind: Kind, channel: Channel, now: Instant) -> bool {
    centre.is_some_and(|centre| centre.speaks(now)) && chosen(centre, now).is_on(kind, channel)
}

/// A message that is let out, as it was written then: what a provider gets is what was counted.
pub type Said = Rendered;

/// What the centre reads and keeps in one decision.
pub trait Office {
    /// The shop's settings and templates.
    fn centre(&self) -> Option<&Centre>;
    /// Keeps them.
    fn put_centre(&mut self, centre: Centre);
    /// Whether who carries the channel knows no customers, so that nobody is reached whose contact is not known.
    fn needs_contact(&self, channel: Channel) -> bool;
    /// The shop's wallet, with what this decision has made of it.
    fn wallet(&self) -> Wallet;
    /// Keeps it.
    fn put_wallet(&mut self, wallet: Wallet);
    /// What is known of a customer; of one never heard of nothing.
    fn addressee(&self, customer: &CustomerId) -> Addressee;
    /// Keeps it.
    fn put_addressee(&mut self, customer: &CustomerId, addressee: Addressee);
    /// What is known of a number.
    fn number(&self, key: &NumberKey) -> Number;
    /// Keeps it.
    fn put_number(&mut self, key: &NumberKey, number: Number);
    /// Tells the merchant, by webhook and by mail.
    fn alert(&mut self, alert: &Alert);
}
