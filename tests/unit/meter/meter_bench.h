// A meter on the bench: a real identity in a network in memory, a source that the test gives, and
// committee members that sign any statement a test wants. Tests only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/model/network.h"
#include "core/wire/message_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/topics.h"
#include "meter-sim/meter.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {

class MeterBench {
  public:
    explicit MeterBench(TestNetworkOptions options = {})
        : network_(std::move(options)),
          clock_(network_.options().parameters),
          registry_(network_.genesis().block.block.transactions) {}

    [[nodiscard]] const TestNetwork& network() const { return network_; }
    [[nodiscard]] MeterId meter_id() const { return TestNetwork::meter(1, 1); }
    [[nodiscard]] NodeId member(std::size_t index) const { return TestNetwork::node(index); }

    [[nodiscard]] MeterSetup setup(EnergySource source = even) const {
        auto enrolment = EnrolmentBook(registry_).find(meter_id());
        CHECK(enrolment.has_value());
        MeterSetup out;
        out.network = network_.network();
        out.parameters = network_.options().parameters;
        out.enrolment = std::move(*enrolment);
        for (const DatedKeyEpoch& dated : out.enrolment.key_epochs)
            out.data_keys[dated.epoch] = network_.data_key(meter_id(), dated.epoch);
        out.signer = std::make_shared<const SigningKey>(network_.key(meter_id()));
        out.random = network_.random();
        out.source = std::move(source);
        return out;
    }
    [[nodiscard]] Meter fresh(EnergySource source = even) const {
        return Meter(setup(std::move(source)), {}, {});
    }

    // DGMD publishes this after genesis; meters set up later know it.
    void say_as_dgmd(const TransactionContent& content) {
        registry_.push_back(network_.from_dgmd(network_.initial_state(), content));
    }

    // Grid second `offset_s` after the start of the window.
    [[nodiscard]] Instant at(Window window, std::int64_t offset_s = 0) const {
        const std::int64_t real_ms = clock_.real_ms(clock_.start_s(window) + offset_s);
        return {real_ms - network_.options().parameters.real_epoch_ms, real_ms, true};
    }
    [[nodiscard]] std::int64_t start_s(Window window) const { return clock_.start_s(window); }

    void connect_all(Meter& meter, const Instant& now) const {
        for (const NodeId& node : network_.committee(TestNetwork::cluster(1)))
            (void)meter.step(meter_event::Connected{node}, now);
    }

    [[nodiscard]] MeterEvent receipt(const NodeId& from, const KeptReading& reading) const {
        const Receipt receipt{meter_id(), reading.window, reading.sequence, reading.id};
        return message(from, Channel::receipt,
                       encode_receipt(receipt, from, network_.network(), network_.key(from)));
    }
    [[nodiscard]] MeterEvent refusal(const NodeId& from, const std::string& reason,
                                     Window window = 0, std::uint64_t sequence = 1) const {
        const Refusal refusal{meter_id(), window, sequence, reason};
        return message(from, Channel::refusal,
                       encode_refusal(refusal, from, network_.network(), network_.key(from)));
    }
    [[nodiscard]] MeterEvent share(const NodeId& from, Window window, std::int64_t mes_w,
                                   std::int64_t from_s) const {
        ShareStatement share;
        share.meter = meter_id();
        share.window = window;
        share.mes_w = mes_w;
        share.from_s = from_s;
        return message(from, Channel::share,
                       encode_share(share, from, network_.network(), network_.key(from)));
    }
    [[nodiscard]] MeterEvent command(const NodeId& from, const MeterCommand& command) const {
        return message(from, Channel::command,
                       encode_command(command, from, network_.network(), network_.key(from)));
    }
    [[nodiscard]] MeterEvent message(const NodeId& from, Channel channel, Bytes payload) const {
        const Topic topic{network_.options().parameters.name, from.str(), channel,
                          meter_id().str()};
        return meter_event::Message{topic.str(), std::move(payload)};
    }

    // The reading as a committee member decodes it; its signature is checked.
    [[nodiscard]] SignedReading decoded(const Bytes& envelope) const {
        auto reading = decode_reading(envelope, network_.network());
        CHECK(reading.has_value());
        const auto key = VerifyKey::from_point(network_.key(meter_id()).public_key());
        CHECK(verify_reading(*reading, network_.network(), *key).has_value());
        return std::move(*reading);
    }
    [[nodiscard]] ReadingBody opened(const Bytes& envelope) const {
        const SignedReading reading = decoded(envelope);
        auto body = open_reading(
            reading,
            reading_key(reading.header, network_.data_key(meter_id(), reading.header.key_epoch)));
        CHECK(body.has_value());
        return std::move(*body);
    }

    // 100 Wh of load and 500 Wh of sun in every quarter hour.
    static QuarterEnergy even(std::int64_t) { return {100, 500}; }

  private:
    TestNetwork network_;
    GridClock clock_;
    std::vector<Transaction> registry_;
};

template <class Effect>
std::vector<Effect> all_of(const MeterEffects& effects) {
    std::vector<Effect> found;
    for (const MeterEffect& effect : effects)
        if (const auto* one = std::get_if<Effect>(&effect)) found.push_back(*one);
    return found;
}

inline KeptReading only_reading(const MeterEffects& effects) {
    const auto readings = all_of<meter_effect::PersistReading>(effects);
    CHECK(readings.size() == 1);
    return readings.front().reading;
}

}  // namespace fairfeed::test
