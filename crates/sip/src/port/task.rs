//! The task behind a port: one socket, one loop, a tick every 20 ms.

use std::net::SocketAddr;
use std::time::Duration;

use hookswitch_media::dtmf::Receiver;
use hookswitch_media::g711::Law;
use hookswitch_media::rtp::{MAX_PACKET, Packet};
use hookswitch_media::source::Source;
use hookswitch_media::verdict::{Detector, Guess};
use hookswitch_media::{FRAME, FRAME_MS};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::sending::Sending;
use super::{Counts, Far, Frame, Heard, NoEvents, Order, Play};

/// Listening for who answered.
struct Judging {
    detector: Detector,
    tell: oneshot::Sender<(Guess, u32)>,
}

pub(super) struct Task {
    socket: UdpSocket,
    orders: mpsc::Receiver<Order>,
    frames: mpsc::Receiver<Frame>,
    heard: mpsc::Sender<Heard>,
    media_timeout: Duration,
    far: Option<Far>,
    /// Where packets really come from, when the far end is behind NAT.
    latched: Option<SocketAddr>,
    play: Play,
    forward: Vec<mpsc::Sender<Frame>>,
    sending: Sending,
    digits: Receiver,
    judging: Option<Judging>,
    counts: Counts,
    last_heard: Instant,
    has_told: bool,
}

impl Task {
    pub(super) fn new(
        socket: UdpSocket,
        orders: mpsc::Receiver<Order>,
        frames: mpsc::Receiver<Frame>,
        heard: mpsc::Sender<Heard>,
        media_timeout: Duration,
    ) -> Self {
        Self {
            socket,
            orders,
            frames,
            heard,
            media_timeout,
            far: None,
            latched: None,
            play: Play::Source(Source::Silence),
            forward: Vec::new(),
            sending: Sending::new(),
            digits: Receiver::default(),
            judging: None,
            counts: Counts::default(),
            last_heard: Instant::now(),
            has_told: false,
        }
    }

    pub(super) async fn run(mut self) {
        let mut ticks = interval(Duration::from_millis(u64::from(FRAME_MS)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut bytes = [0u8; MAX_PACKET];
        loop {
            tokio::select! {
                _ = ticks.tick() => self.tick().await,
                received = self.socket.recv_from(&mut bytes) => {
                    // An ICMP answer to what we sent shows up here; the far end may still come.
                    if let Ok((length, from)) = received {
                        self.hear(bytes.get(..length).unwrap_or_default(), from);
                    }
                }
                Some(frame) = self.frames.recv() => self.relay(frame).await,
                order = self.orders.recv() => match order {
                    None => return,
                    Some(Order::Close(tell)) => {
                        let _ = tell.send(self.counts);
                        return;
                    }
                    Some(order) => self.obey(order),
                },
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Far(far) => {
                if self.far.is_none_or(|before| before.address != far.address) {
                    self.latched = None;
                }
                self.far = Some(far);
                self.last_heard = Instant::now();
            }
            Order::Play(play) => {
                self.play = play;
                self.sending.begin_spurt();
            }
            Order::Forward(to) => self.forward = to,
            Order::Digits { digits, press_ms, gap_ms, left } => {
                if self.far.is_some_and(|far| far.events.is_some()) {
                    self.sending.press(&digits, (press_ms, gap_ms), left);
                } else {
                    let _ = left.send(Err(NoEvents));
                }
            }
            Order::Judge(tell) => self.judging = Some(Judging { detector: Detector::default(), tell }),
            Order::Close(_) => {}
        }
    }

    async fn tick(&mut self) {
        let Some(far) = self.far else { return };
        if far.speaks && !self.has_told && self.last_heard.elapsed() >= self.media_timeout {
            self.has_told = self.heard.try_send(Heard::Timeout).is_ok();
        }
        if self.sending.is_busy() {
            let events = far.events.unwrap_or(hookswitch_media::sdp::EVENTS);
            for packet in self.sending.next_of_digit(events) {
                self.send(&packet).await;
            }
            return;
        }
        if let Play::Source(source) = &mut self.play
            && far.listens
        {
            let payload = source.frame().map(|sample| far.law.encode(sample));
            let packet = self.sending.audio(far.law, &payload);
            self.send(&packet).await;
        }
    }

    /// Sends what another leg forwards, at once: no buffer, no delay.
    async fn relay(&mut self, frame: Frame) {
        let Some(far) = self.far else { return };
        if !far.listens || !matches!(self.play, Play::Relay) || self.sending.is_busy() {
            return;
        }
        let payload = recode(frame, far.law);
        let packet = self.sending.audio(far.law, &payload);
        self.send(&packet).await;
    }

    async fn send(&mut self, packet: &[u8]) {
        let to = self.latched.or_else(|| self.far.map(|far| far.address));
        if let Some(to) = to
            && self.socket.send_to(packet, to).await.is_ok()
        {
            self.counts.tx += 1;
        }
    }

    fn hear(&mut self, bytes: &[u8], from: SocketAddr) {
        let (Some(far), Some(packet)) = (self.far, Packet::parse(bytes)) else { return };
        let law = [Law::Mu, Law::A].into_iter().find(|law| law.payload_type() == packet.payload_type);
        let is_event = far.events == Some(packet.payload_type);
        if (law.is_none() && !is_event) || !self.is_from_far(from, far) {
            return;
        }
        self.counts.rx += 1;
        self.last_heard = Instant::now();
        if is_event {
            if let Some(key) = self.digits.take(&packet)
                && self.heard.try_send(Heard::Digit(key)).is_err()
            {
                tracing::warn!("a key was dropped: too many at once");
            }
            return;
        }
        let Some(law) = law else { return };
        self.judge(law, packet.payload);
        for to in &self.forward {
            // A leg that can't keep up loses audio, not time.
            let _ = to.try_send(Frame { law, payload: packet.payload.to_vec() });
        }
    }

    /// Packets count from where the session description says; behind NAT, from the first other place that sends.
    fn is_from_far(&mut self, from: SocketAddr, far: Far) -> bool {
        if from == far.address {
            self.latched = None;
            return true;
        }
        match self.latched {
            Some(latched) => latched == from,
            None if self.counts.rx == 0 => {
                self.latched = Some(from);
                true
            }
            None => false,
        }
    }

    fn judge(&mut self, law: Law, payload: &[u8]) {
        let Some(judging) = &mut self.judging else { return };
        let samples: Vec<i16> = payload.iter().map(|byte| law.decode(*byte)).collect();
        let guess = samples.chunks(FRAME).find_map(|frame| judging.detector.take(frame));
        if let Some(guess) = guess
            && let Some(Judging { detector, tell }) = self.judging.take()
        {
            let _ = tell.send((guess, detector.at_ms()));
        }
    }
}

fn recode(frame: Frame, law: Law) -> Vec<u8> {
    if frame.law == law {
        return frame.payload;
    }
    frame.payload.iter().map(|byte| law.encode(frame.law.decode(*byte))).collect()
}
