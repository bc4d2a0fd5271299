#include "core/state/past_room.h"

#include <numeric>

#include "core/contract/share_history.h"
#include "core/model/profile.h"
#include "core/state/block_size.h"
#include "core/state/late_rules.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {
namespace {

// Upper bounds of CBOR items (protocol.md, 1). Heads of arrays and strings: 1 byte below 24, 2
// below 256, 3 below 65 536, else 5.
constexpr std::size_t kInteger = 9;
constexpr std::size_t kU32 = 5;
// Energy of one meter in one window: load and available generation have the largest, import and
// generation together, or generation and capacity.
constexpr std::size_t kEnergy = 5;
static_assert(2 * kMaxMeterWindowWh <= UINT32_MAX);
constexpr std::size_t kRemainder = 3;  // 0 to 999
constexpr std::size_t kName = 2 + 32;
constexpr std::size_t kDigest = 2 + 32;
constexpr std::size_t kSalt = 1 + 16;
constexpr std::size_t kRegisters = 1 + 3 * kInteger;

// The past: members 7, 9 and 10 of a closing state.
static_assert(kShareBytes == 1 + 2 * kInteger);
static_assert(kEstimateBytes == 1 + kU32 + 4 * kEnergy + 2 * kInteger);
static_assert(kGapFrameBytes == 1 + 2 * kU32 + 2 * kRegisters + 1);
constexpr std::size_t kEstimates = kEstimatedWindows * kEstimateBytes;
constexpr std::size_t kMostGaps = kMaxGaps * kMaxGapBytes;
constexpr std::size_t kWholePast = kMaxShares * kShareBytes + kEstimates + kMostGaps;

// The rest of a closing state: map of ten; registers; first unread, missed, flagged; two
// remainders; balance; heads of the three lists.
constexpr std::size_t kClosing =
    1 + 10 + kRegisters + 3 * kU32 + 2 * kRemainder + kInteger + 3 + 1 + 1;
// The rest of a line: map of 16; meter; estimated; capacity and MES; seven energies and two
// amounts; flags; true-up; bands. The closing state beside it: array of three, with capacity and
// MES again.
constexpr std::size_t kWatts = 5;  // at most a certified capacity, 10^8
constexpr std::size_t kLine = 1 + 16 + kName + 1 + 2 * kWatts + 7 * kEnergy + 2 * kInteger + kU32 +
                              1 + 6 * kInteger + 1 + 2 * kMaxBands * kEnergy;
constexpr std::size_t kBesideClosing = 1 + 2 * kWatts;
// Line and closing state are sealed with a tag of 16 bytes each. Around them in a meter's row:
// meter, status, reading id, key epoch, salt, heads.
constexpr std::size_t kTag = 16;
constexpr std::size_t kRow = 1 + kName + 1 + kDigest + kU32 + kSalt + 2 * (3 + kTag);
constexpr std::size_t kReading = kMaxReadingBytes - 1;  // its envelope is shorter than 1024
// Bytes for each meter without its past, and for each late reading.
constexpr std::size_t kMeter = kRow + kReading + kLine + kBesideClosing + kClosing;
constexpr std::size_t kLate = 1 + kName + kU32 + kDigest + kReading;
// The head of a settlement: map of 16; cluster; window, version, slot, contract version; proposer;
// rule and basis; previous; state height; totals (map of 15, of which one is a list of five and one
// of the bands); two numbers of rows and their root; two lists of factors. Its envelope: {1: -7, 4:
// kid}, {}, head of the payload, signature. Around it and the rows: array of two, byte string, head
// of the list.
constexpr std::size_t kTotals =
    1 + 15 + 13 * kInteger + 1 + 5 * kInteger + 1 + 2 * kMaxBands * kInteger;
constexpr std::size_t kFactors = 2 + static_cast<std::size_t>(kMaxWindowQuarters) * kU32;
static_assert(kUncurtailedPpm <= UINT32_MAX);
constexpr std::size_t kSettlement = 1 + 16 + kName + 4 * kU32 + kName + 2 + kDigest + kInteger +
                                    kTotals + 2 * kU32 + kDigest + 2 * kFactors;
constexpr std::size_t kEnvelope = 1 + (2 + 1 + 1 + 1 + 1 + kName) + 1 + 5 + 2 + 64 + (1 + 5 + 3);

// The room of each meter in a block of so many transactions. More meters or more late readings
// leave less room.
constexpr std::size_t divided(std::int64_t transactions, std::size_t entries, std::size_t late) {
    const std::size_t block = max_block_bytes(transactions);
    const std::size_t fixed = kEnvelope + kSettlement + entries * kMeter + late * kLate;
    if (entries == 0) return kWholePast;
    if (fixed >= block) return kLeastPastBytes;
    return std::clamp((block - fixed) / entries, kLeastPastBytes, kWholePast);
}

// Proof that every block is large enough. A block of n transactions holds a settlement with at most
// n - 1 entries, and n - 1 entries leave each meter kLeastPastBytes. Fewer entries leave more room
// beside all the late readings, because late readings alone never fill a block. The bytes of a
// block grow evenly with n, so what holds for the smallest n holds for every larger one; networks
// with a lower limit have the bytes of kFewestForLimits. The clamp above never grants more room
// than a block has.
constexpr std::size_t kMostEntries = kFewestForLimits - 1;
constexpr std::size_t kFewestBytes = max_block_bytes(kFewestForLimits);
static_assert(kEnvelope + kSettlement + kMostEntries * kLate < kFewestBytes);
static_assert(kEnvelope + kSettlement + kMostEntries * (kMeter + kLeastPastBytes) <= kFewestBytes);
static_assert(kLate <= kMeter + kLeastPastBytes);
static_assert(kMeter + kLeastPastBytes <= kBlockBytesPerTransaction);
// In a cluster of nine tenths of a block's transactions, and in the largest cluster, half of the
// room, beside the estimates, holds the three newest gaps. The other half holds the shares of one
// day in windows of a quarter of an hour (same_window_yesterday), with W in 3 bytes and the time
// in 5.
constexpr bool is_roomy(std::int64_t transactions, std::size_t entries) {
    const std::size_t late = static_cast<std::size_t>(transactions) - 1 - entries;
    const std::size_t half = (divided(transactions, entries, late) - kEstimates) / 2;
    return half >= 3 * kMaxGapBytes && half >= 97 * (1 + 3 + 5);
}
static_assert(is_roomy(kFewestForLimits, 900));
static_assert(is_roomy(kMaxBlockTransactions, kMaxClusterMeters));
static_assert(divided(kFewestForLimits, 1, kFewestForLimits - 2) == kWholePast);

}  // namespace

std::size_t PastRoom::shares_beside(const std::vector<RegisterGap>& kept) const {
    const std::size_t taken = kEstimates + encoded_size(kept);
    return past > taken + kShareBytes ? past - taken : kShareBytes;
}

PastRoom past_room(const ChainState& state, std::size_t entries) {
    const std::int64_t transactions = state.genesis.parameters.max_block_transactions;
    const std::size_t past = divided(transactions, entries, late_room(state, entries));
    return {past, std::min(kMostGaps, (past - kEstimates) / 2)};
}

bool is_full(const std::vector<RegisterGap>& gaps, const PastRoom& room) {
    const std::size_t weight = std::accumulate(
        gaps.begin(), gaps.end(), std::size_t{0},
        [](std::size_t sum, const RegisterGap& gap) { return sum + gap_weight(gap); });
    return gaps.size() == kMaxGaps || weight + kMaxGapBytes > room.gaps;
}

}  // namespace fairfeed
