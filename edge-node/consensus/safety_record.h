// What a validator must not forget (R12): height, round and step, the lock, the newest polka, and
// its own signatures of the round. The record is the payload of one slot of the safety file; the
// file adds a sequence number and a CRC. Canonical CBOR: decode(x) fails or encode(decode(x)) == x.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/model/certificate.h"
#include "core/model/reject.h"

namespace fairfeed::consensus {

enum class Step : std::uint8_t { propose = 0, prevote = 1, precommit = 2 };

// A block and the round of its polka: the paper's lockedValue/lockedRound or validValue/validRound.
struct Marked {
    Digest block;
    Round round = 0;
    bool operator==(const Marked&) const = default;
};

// Why this node signs nothing until a person removes the safety record (R23, R24). `ours` and
// `theirs` are the two blocks that contradict each other; zeros stand for nil or nothing.
enum class HaltReason : std::uint8_t { diverged = 1, same_key_elsewhere = 2 };
struct Halt {
    HaltReason reason = HaltReason::diverged;
    Height height = 0;
    Digest ours;
    Digest theirs;
    bool operator==(const Halt&) const = default;
};

// Why this record may lack statements that were signed (R23): the record was lost, one slot of its
// file is damaged, or somebody has shown a newer statement. `until` is the last height at which the
// node signs nothing. It is unknown until a quorum of other validators has answered. A silence that
// is over stays in the record, because endorsements depend on it as well.
enum class SilenceReason : std::uint8_t { lost = 1, damaged = 2, outdated = 3 };
struct Silence {
    SilenceReason reason = SilenceReason::lost;
    std::optional<Height> until;
    bool operator==(const Silence&) const = default;
};

struct SafetyRecord {
    static constexpr std::size_t kMaxBytes = 4000;

    // The signers of a polka as a bitmap over the validators of the height in proposer order (bit
    // i mod 8 of byte i / 8), and their signatures in the same order.
    struct Polka {
        Bytes signers;
        std::vector<Signature> signatures;
        bool operator==(const Polka&) const = default;
    };
    // Own statements of (height, round).
    struct OwnProposal {
        std::optional<Round> valid_round;
        Digest block;
        Signature signature;
        bool operator==(const OwnProposal&) const = default;
    };
    struct OwnVote {
        std::optional<Digest> block;
        Signature signature;
        bool operator==(const OwnVote&) const = default;
    };

    Digest network;
    Height height = 0;
    Round round = 0;
    Step step = Step::propose;
    std::optional<Marked> locked;
    std::optional<Marked> valid;
    std::optional<Polka> polka;  // of `valid`; present exactly when `valid` is
    std::optional<OwnProposal> proposal;
    std::optional<OwnVote> prevote;
    std::optional<OwnVote> precommit;
    std::optional<Halt> halt;
    std::optional<Silence> silence;
    bool operator==(const SafetyRecord&) const = default;
};

// At most kMaxBytes for 31 validators with a polka of 21 signatures.
[[nodiscard]] Bytes encode_safety_record(const SafetyRecord& record);
// Errors: oversized, truncated, not_canonical, malformed. A record that no honest replica writes is
// malformed as well: a lock or polka above the round, a valid round that is not below the round, or
// a bitmap that disagrees with the signatures.
[[nodiscard]] Result<SafetyRecord, Reject> decode_safety_record(ByteView bytes);

}  // namespace fairfeed::consensus
