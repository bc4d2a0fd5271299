#include "edge-node/intake/reading_rules.h"

#include <algorithm>

#include "core/state/late_rules.h"
#include "core/wire/reading_codec.h"

namespace fairfeed::intake {
namespace {

using Verdict = Result<OpenedReading, Refused>;

Unexpected<Refused> refused(Reject reason) {
    return unexpected(Refused{reason, std::nullopt});
}

Result<void, Reject> judge_claims(const SignedReading& reading, const Context& context) {
    const ReadingHeader& header = reading.header;
    const auto* meter = context.state.meters.find(header.meter);
    if (meter == nullptr) return unexpected(Reject::unknown_meter);
    const MeterRegistration& registration = meter->registration;
    if (header.cluster != registration.cluster) return unexpected(Reject::wrong_cluster);
    const auto* committee = context.state.committee_of(header.cluster, header.window);
    if (committee == nullptr) return unexpected(Reject::wrong_cluster);
    if (!is_member(*committee, context.self)) return unexpected(Reject::not_a_member);
    const VerifyKey* key = context.state.meter_key(header.meter);
    if (key == nullptr) return unexpected(Reject::unknown_meter);
    return context.signatures.reading(reading, context.state.network, *key);
}

// The sender of the reading: its meter, or a member that holds it and demands its settlement.
enum class Bearer { meter, member };

// Whether the window is settled, and has a reading or is too old for a true-up (rule 7). For a
// meter the limit is one settlement earlier than for a member, because a reading accepted from a
// meter during a settlement may still be demanded in the next one.
bool is_closed(const ChainState& state, const ReadingHeader& header, Window next, Bearer bearer) {
    if (header.window >= next) return false;
    if (!may_true_up(state, header.meter, header.window, next)) return true;
    return bearer == Bearer::meter && std::int64_t{next} - header.window > late_windows(state);
}

// Compares with the known reading of the slot (rules 1, 3 and 7). A node that has left the
// committee holds nothing for the present members. A reading on the chain is known to every node.
Result<void, Reject> judge_slot(const SignedReading& reading, const Context& context,
                                Bearer bearer) {
    const ReadingHeader& header = reading.header;
    const auto held = context.held(header.meter, header.window);
    const bool is_known = held == reading.id;
    const bool is_committed =
        is_known && context.committed && context.committed(header.meter, header.window);
    if (is_committed || (is_known && bearer == Bearer::member)) {
        return unexpected(Reject::duplicate);
    }
    if (held && !is_known && (!context.wanted || !context.wanted(reading))) {
        return unexpected(Reject::conflicting_reading);
    }
    const auto next = context.state.next_window(header.cluster);
    if (!next || is_closed(context.state, header, *next, bearer)) {
        return unexpected(Reject::closed_window);
    }
    if (bearer == Bearer::meter && header.window < *next &&
        !is_member(*context.state.committee_of(header.cluster, *next), context.self)) {
        return unexpected(Reject::not_a_member);
    }
    if (!is_known) return {};
    // Held, but sealed for the committee before DGMD gave the window away: it cannot settle any
    // more.
    const bool is_sealed_for_us =
        header.key_epoch == context.state.key_epoch(header.meter, header.window);
    return unexpected(is_sealed_for_us ? Reject::duplicate : Reject::unknown_key_epoch);
}

Result<void, Reject> judge_time(const SignedReading& reading, const Context& context,
                                Bearer bearer) {
    const ReadingHeader& header = reading.header;
    const NetworkParameters& parameters = context.state.genesis.parameters;
    const MeterRecord& meter = context.state.meters.at(header.meter);
    if (header.window < meter.registration.reads_from()) return unexpected(Reject::off_grid);
    const std::int64_t limit = parameters.window_limit;
    if (limit > 0 && std::int64_t{header.window} >= limit) return unexpected(Reject::off_grid);
    const std::int64_t end_ms = context.state.grid().end_real_ms(header.window);
    if (end_ms > context.now.real_ms + kFutureToleranceMs) {
        return unexpected(Reject::future_window);
    }
    if (const auto known = judge_slot(reading, context, bearer); !known) return known;
    if (context.state.is_voided(header.meter, header.window)) {
        return unexpected(Reject::conflicting_reading);
    }
    if (context.state.is_tampered(header.meter, header.window)) {
        return unexpected(Reject::tampered);
    }
    if (context.state.is_replaced(header.meter, header.window)) {
        return unexpected(Reject::replaced);
    }
    const auto slot = open_slot(meter, header.window);
    if (!slot) return unexpected(Reject::closed_window);
    if (header.sequence <= slot->above || header.sequence >= slot->below) {
        return unexpected(Reject::stale_sequence);
    }
    return {};
}

Result<ReadingBody, Reject> open_and_judge(const SignedReading& reading, const Context& context) {
    const ReadingHeader& header = reading.header;
    const auto epoch = context.state.key_epoch(header.meter, header.window);
    if (header.key_epoch != epoch || context.keys.find(header.meter, header.key_epoch) == nullptr) {
        return unexpected(Reject::unknown_key_epoch);
    }
    auto body = open_with(context.keys, reading);
    if (!body) return unexpected(body.error());
    const auto plausible = context.accounts(header.cluster)
                               .plausible(context.state, header.window, header.meter, *body);
    if (!plausible) return unexpected(plausible.error());
    return body;
}

Verdict judge(SignedReading reading, const Context& context, Bearer bearer) {
    if (const auto claims = judge_claims(reading, context); !claims) {
        return refused(claims.error());
    }
    if (const auto time = judge_time(reading, context, bearer); !time) {
        return unexpected(Refused{time.error(), std::move(reading)});
    }
    auto body = open_and_judge(reading, context);
    if (!body) return unexpected(Refused{body.error(), std::move(reading)});
    return OpenedReading{std::move(reading), std::move(*body)};
}

}  // namespace

Verdict judge_reading(const Arrival& arrival, const Context& context) {
    if (arrival.topic.channel != Channel::reading) return refused(Reject::wrong_topic);
    if (arrival.topic.network != context.state.genesis.parameters.name) {
        return refused(Reject::wrong_network);
    }
    if (arrival.retained) return refused(Reject::retained);
    auto reading = decode_reading(arrival.packet, context.state.network);
    if (!reading) return refused(reading.error());
    if (arrival.topic.sender != reading->header.meter.view()) return refused(Reject::wrong_topic);
    return judge(std::move(*reading), context, Bearer::meter);
}

Verdict judge_pulled_reading(ByteView envelope, const Context& context) {
    auto reading = decode_reading(envelope, context.state.network);
    if (!reading) return refused(reading.error());
    return judge(std::move(*reading), context, Bearer::member);
}

}  // namespace fairfeed::intake
