//! What the kernel says of this process.

/// Memory that this process holds.
pub fn resident_mb() -> u64 {
    figure("/proc/self/status", "VmRSS:") / 1024
}

/// What this process has handed to the kernel to write.
pub fn written_kb() -> u64 {
    figure("/proc/self/io", "wchar:") / 1024
}

/// Seconds that this thread ran, and that it waited for a core because others ran.
pub fn scheduled() -> (f64, f64) {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let mut nanos = text.split_whitespace().map(|word| word.parse::<f64>().unwrap_or_default() / 1e9);
    (nanos.next().unwrap_or_default(), nanos.next().unwrap_or_default())
}

fn figure(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
