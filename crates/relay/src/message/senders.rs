//! Which sender serves which channel.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::MessageSender;

/// One sender for each channel, and one for all the others.
#[derive(Clone)]
pub struct Senders {
    default: Arc<dyn MessageSender>,
    by_channel: BTreeMap<String, Arc<dyn MessageSender>>,
}

impl Senders {
    /// Every channel goes to `default`.
    pub fn new(default: Arc<dyn MessageSender>) -> Self {
        Self { default, by_channel: BTreeMap::new() }
    }

    /// `channel` goes to `sender`.
    pub fn with_channel(mut self, channel: impl Into<String>, sender: Arc<dyn MessageSender>) -> Self {
        self.by_channel.insert(channel.into(), sender);
        self
    }

    /// Each of them once, with a name: its channel, or `other`.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&str, &Arc<dyn MessageSender>)> {
        let named = self.by_channel.iter().map(|(channel, sender)| (channel.as_str(), sender));
        named.chain([("other", &self.default)])
    }

    pub(crate) fn for_channel(&self, channel: &str) -> &Arc<dyn MessageSender> {
        self.by_channel.get(channel).unwrap_or(&self.default)
    }
}
