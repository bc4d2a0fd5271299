// What a validator must not forget (R12): where it stands, its lock, the newest polka and its own
// signatures of the round. The payload of one slot of the safety file; the file adds sequence and
// CRC. Canonical CBOR: decode(x) fails or encode(decode(x)) == x.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/model/certificate.h"
#include "core/model/reject.h"

namespace fairfeed::consensus {

enum class Step : std::uint8_t { propose = 0, prevote = 1, precommit = 2 };

// A block and the round of its quorum of prevotes: lockedValue/lockedRound, validValue/validRound.
struct Marked {
    Digest block;
    Round round = 0;
    bool operator==(const Marked&) const = default;
};

// Why this node signs nothing any more, until a person has seen to it (R23, R24).
enum class HaltReason : std::uint8_t { diverged = 1, same_key_elsewhere = 2 };
struct Halt {
    HaltReason reason = HaltReason::diverged;
    Height height = 0;
    Digest ours;
    Digest theirs;
    bool operator==(const Halt&) const = default;
};

// Why this record cannot be trusted to hold all that was signed (R23), and the last height for
// which nothing may be signed; that is not known before a quorum of the others has answered. It
// stays in the record: endorsements look at it, too.
enum class SilenceReason : std::uint8_t { lost = 1, in_doubt = 2, outdated = 3 };
struct Silence {
    SilenceReason reason = SilenceReason::lost;
    std::optional<Height> until;
    bool operator==(const Silence&) const = default;
};

struct SafetyRecord {
    static constexpr std::size_t kMaxBytes = 4000;

    // Signers of a certificate as a bitmap over the height's validators in proposer order (bit i of
    // byte i / 8), with their signatures in the same order.
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
    std::optional<Polka> polka;  // of `valid`; present exactly when it is
    std::optional<OwnProposal> proposal;
    std::optional<OwnVote> prevote;
    std::optional<OwnVote> precommit;
    std::optional<Halt> halt;
    std::optional<Silence> silence;
    bool operator==(const SafetyRecord&) const = default;
};

// At most kMaxBytes for 31 validators with a polka of 21 signatures.
[[nodiscard]] Bytes encode_safety_record(const SafetyRecord& record);
// Errors: oversized, truncated, not_canonical, malformed (also what no honest replica can write: a
// lock or polka above the round, a bitmap that disagrees with its signatures).
[[nodiscard]] Result<SafetyRecord, Reject> decode_safety_record(ByteView bytes);

}  // namespace fairfeed::consensus
