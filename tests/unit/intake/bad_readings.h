// Readings that nodes must refuse: one row for each fault of a packet on a meter's topic, with the
// reason for the refusal and whether the meter is told. The readings are about window 1, after
// window 0 has been settled with the meter's reading of sequence 1. Tests only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/model/reject.h"
#include "core/wire/cose.h"
#include "core/wire/reading_codec.h"
#include "core/wire/topics.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {

struct BadReading {
    std::string name;
    Topic topic;
    bool retained = false;
    Bytes packet;
    Reject reason;
    bool answered = false;  // the meter signed the reading, so it is told the reason
};

// The parts of a reading, which a test changes before they are sealed and signed.
struct ReadingParts {
    ReadingHeader header;
    ReadingBody body;
    SymmetricKey data_key;
    const SigningKey* signer;
};
using ReadingEdit = std::function<void(ReadingParts&)>;

class ReadingForge {
  public:
    // `registers`: those at the end of window 0.
    ReadingForge(const TestNetwork& network, MeterId meter, const Registers& registers)
        : network_(network),
          meter_(std::move(meter)),
          registers_(registers),
          state_(network.initial_state()) {}

    [[nodiscard]] SignedReading make(const ReadingEdit& edit = [](ReadingParts&) {}) const {
        ReadingParts parts;
        parts.header.network = network_.network();
        parts.header.meter = meter_;
        parts.header.cluster = state_.meters.at(meter_).registration.cluster;
        parts.header.key_epoch = 1;
        parts.header.window = 1;
        parts.header.sequence = 2;
        parts.header.salt = random_fixed<Salt>(network_.random());
        parts.body = body_from(registers_, flat_profile(state_, {0, 300, 400}));
        parts.data_key = network_.data_key(meter_);
        parts.signer = &network_.key(meter_);
        edit(parts);
        return make_reading(parts.header, parts.body, parts.data_key, *parts.signer);
    }
    [[nodiscard]] Topic topic() const {
        return {network_.genesis().content.parameters.name, meter_.str(), Channel::reading, "-"};
    }
    [[nodiscard]] BadReading row(std::string name, Reject reason, bool answered,
                                 const ReadingEdit& edit) const {
        return {std::move(name), topic(), false, make(edit).envelope, reason, answered};
    }
    [[nodiscard]] const TestNetwork& network() const { return network_; }

  private:
    const TestNetwork& network_;
    MeterId meter_;
    Registers registers_;
    ChainState state_;
};

// The same message with other outer bytes around the signed content.
[[nodiscard]] inline Bytes with_signature(const SignedReading& reading,
                                          const Signature& signature) {
    const auto message = cose::parse_sign1(reading.envelope);
    return cose::assemble_sign1(message->kid, message->payload, signature);
}

[[nodiscard]] inline std::vector<BadReading> bad_bytes(const ReadingForge& forge) {
    const SignedReading good = forge.make();
    const Topic topic = forge.topic();
    std::vector<BadReading> rows;
    const auto add = [&](std::string name, Bytes packet, Reject reason) {
        rows.push_back({std::move(name), topic, false, std::move(packet), reason, false});
    };
    add("nothing", {}, Reject::truncated);
    add("one byte", {0x84}, Reject::truncated);
    Bytes half(good.envelope.begin(), good.envelope.begin() + 100);
    add("cut in the middle", half, Reject::truncated);
    add("last byte missing", Bytes(good.envelope.begin(), good.envelope.end() - 1),
        Reject::truncated);
    add("a kilobyte", Bytes(kMaxReadingBytes, 0x84), Reject::oversized);
    add("a megabyte", Bytes(1'000'000, 0), Reject::oversized);
    Bytes long_head = good.envelope;  // array of four, 0x98 0x04 instead of 0x84
    long_head.front() = 0x04;
    long_head.insert(long_head.begin(), 0x98);
    add("length in more bytes than needed", long_head, Reject::not_canonical);
    Bytes trailing = good.envelope;
    trailing.push_back(0);
    add("a byte too many", trailing, Reject::malformed);
    add("text instead of an envelope", to_bytes(as_bytes("hello, broker")), Reject::malformed);
    const auto message = cose::parse_sign1(good.envelope);
    add("another key id than the meter's",
        cose::sign1(cose::Domain::reading, forge.network().network(), "meter-1-2", message->payload,
                    forge.network().key(MeterId("meter-1-2"))),
        Reject::malformed);
    add("an s above half the order", with_signature(good, flip_s(message->signature)),
        Reject::high_s);
    Signature broken = message->signature;
    broken.bytes[10] ^= 1;
    add("a bit of the signature", with_signature(good, broken), Reject::wrong_signature);
    return rows;
}

[[nodiscard]] inline std::vector<BadReading> bad_claims(const ReadingForge& forge) {
    std::vector<BadReading> rows;
    const auto add = [&](std::string name, Reject reason, bool answered, const ReadingEdit& edit) {
        rows.push_back(forge.row(std::move(name), reason, answered, edit));
    };
    add("a stranger's signature", Reject::wrong_signature, false,
        [](ReadingParts& parts) { parts.signer = &signing_key("stranger"); });
    add("another network in the header", Reject::wrong_network, false,
        [](ReadingParts& parts) { parts.header.network.bytes[0] ^= 1; });
    add("another cluster", Reject::wrong_cluster, false,
        [](ReadingParts& parts) { parts.header.cluster = TestNetwork::cluster(2); });
    add("a cluster that is not there", Reject::wrong_cluster, false,
        [](ReadingParts& parts) { parts.header.cluster = ClusterId("nowhere"); });
    BadReading wrong = forge.row("a meter's reading on another's topic", Reject::wrong_topic, false,
                                 [](ReadingParts&) {});
    wrong.topic.sender = "meter-1-2";
    rows.push_back(wrong);
    wrong =
        forge.row("another network's topic", Reject::wrong_network, false, [](ReadingParts&) {});
    wrong.topic.network = "elsewhere";
    rows.push_back(wrong);
    wrong = forge.row("retained", Reject::retained, false, [](ReadingParts&) {});
    wrong.retained = true;
    rows.push_back(wrong);
    wrong = forge.row("an unknown meter", Reject::unknown_meter, false, [](ReadingParts& parts) {
        parts.header.meter = MeterId("meter-9-9");
        parts.signer = &signing_key("meter-9-9");
    });
    wrong.topic.sender = "meter-9-9";
    rows.push_back(wrong);
    add("a window that is not over", Reject::future_window, true,
        [](ReadingParts& parts) { parts.header.window = 2; });
    add("the last window there is", Reject::future_window, true,
        [](ReadingParts& parts) { parts.header.window = UINT32_MAX; });
    add("a sequence the chain has passed", Reject::stale_sequence, true,
        [](ReadingParts& parts) { parts.header.sequence = 1; });
    add("another reading of a settled window", Reject::conflicting_reading, true,
        [](ReadingParts& parts) { parts.header.window = 0; });
    add("a key epoch never granted", Reject::unknown_key_epoch, true,
        [](ReadingParts& parts) { parts.header.key_epoch = 2; });
    add("sealed under another key", Reject::cannot_open, true,
        [](ReadingParts& parts) { parts.data_key = data_key("somebody's"); });
    return rows;
}

[[nodiscard]] inline std::vector<BadReading> bad_figures(const ReadingForge& forge) {
    std::vector<BadReading> rows;
    const auto add = [&](std::string name, Reject reason,
                         const std::function<void(ReadingBody&)>& edit) {
        rows.push_back(forge.row(std::move(name), reason, true,
                                 [&](ReadingParts& parts) { edit(parts.body); }));
    };
    add("a quarter hour missing", Reject::profile_length,
        [](ReadingBody& body) { body.profile.pop_back(); });
    add("no profile at all", Reject::profile_length,
        [](ReadingBody& body) { body.profile.clear(); });
    add("negative generation", Reject::negative_energy,
        [](ReadingBody& body) { body.profile[3].generation_wh = -1; });
    add("a negative register", Reject::negative_energy,
        [](ReadingBody& body) { body.end.import_wh = -1; });
    add("energy beyond reason", Reject::out_of_range,
        [](ReadingBody& body) { body.profile[0].import_wh = INT64_MAX; });
    add("export above generation", Reject::not_plausible,
        [](ReadingBody& body) { body.profile[0].export_wh = 401; });
    add("registers below their profile", Reject::registers_contradict,
        [](ReadingBody& body) { body.end.generation_wh = 1; });
    add("a register that fell", Reject::register_fell,
        [](ReadingBody& body) { body.end.generation_wh -= 1; });
    add("a gap where there is none", Reject::registers_contradict,
        [](ReadingBody& body) { body.end.import_wh += 1; });
    add("a peak above twice the connection's rating", Reject::implausible_peak,
        [](ReadingBody& body) { body.peak_generation_w = 86'941; });
    add("a quarter hour above twice the connection's rating", Reject::implausible_peak,
        [](ReadingBody& body) {
            body.profile[0].generation_wh += 21'601;
            body.end.generation_wh += 21'601;
        });
    return rows;
}

[[nodiscard]] inline std::vector<BadReading> bad_readings(const ReadingForge& forge) {
    std::vector<BadReading> rows = bad_bytes(forge);
    for (auto more : {bad_claims(forge), bad_figures(forge)}) {
        rows.insert(rows.end(), more.begin(), more.end());
    }
    return rows;
}

}  // namespace fairfeed::test
