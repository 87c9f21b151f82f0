//! What holds for all shops of a server.

use domain::{message::Channel, time::Zone};

/// What holds for all shops, as whoever runs the server says.
#[derive(Debug, Clone)]
pub struct Platform {
    /// The zone whose days count what spans shops (A-G-13).
    pub zone: Zone,
    /// Channels whose carriers know no customers: nobody is reached by them whose contact is not known.
    pub needs_contact: Vec<Channel>,
}

impl Default for Platform {
    /// Days in Asia/Shanghai, and carriers that know the shop's customers.
    fn default() -> Self {
        Self { zone: Zone::shanghai(), needs_contact: Vec::new() }
    }
}
