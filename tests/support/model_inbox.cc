#include "tests/support/model_inbox.h"

#include <set>

#include "core/wire/chain_codec.h"
#include "core/wire/reading_codec.h"

namespace fairfeed::test {

void ModelInbox::apply(const Effect& effect) {
    if (const auto* reading = std::get_if<PersistReading>(&effect)) {
        const ReadingHeader& header = reading->reading.header;
        readings.try_emplace({header.meter, header.window, reading->reading.id},
                             ReadingRow{header.cluster, reading->reading.envelope});
    } else if (const auto* batch = std::get_if<PersistBatch>(&effect)) {
        batches.insert_or_assign(batch->cluster, batch->batch);
    } else if (const auto* row = std::get_if<PersistEndorsement>(&effect)) {
        const Endorsement& said = row->endorsement;
        endorsements.try_emplace({said.cluster, said.window, said.version, said.batch},
                                 EndorsementRow{row->signature, row->batch});
    } else if (const auto* block = std::get_if<PersistBlock>(&effect)) {
        blocks.try_emplace({block->block->header.height, block->id}, block->block);
    } else if (const auto* silenced = std::get_if<PersistSilencedWindows>(&effect)) {
        doubts = silenced->up_to;
        lost = false;
    } else if (const auto* commit = std::get_if<CommitBlock>(&effect)) {
        forget_blocks(commit->block->block.header.height);
    } else if (const auto* settled = std::get_if<ForgetWindow>(&effect)) {
        forget(*settled);
    }
}

void ModelInbox::forget(const ForgetWindow& settled) {
    const auto is_over = [&](const ClusterId& cluster, Window window) {
        return cluster == settled.cluster && window <= settled.window;
    };
    std::erase_if(batches, [&](const auto& row) {
        return is_over(row.first, std::get<Settlement>(row.second.content).window);
    });
    std::erase_if(doubts, [&](const auto& row) { return is_over(row.first, row.second); });
    std::erase_if(endorsements, [&](const auto& row) {
        const auto& [cluster, window, version, batch] = row.first;
        return is_over(cluster, window);
    });
    const std::set<ReadingSlot> named(settled.readings.begin(), settled.readings.end());
    std::erase_if(readings, [&](const auto& row) {
        const auto& [meter, window, id] = row.first;
        return named.contains({meter, window}) ||
               (row.second.cluster == settled.cluster && window < settled.keep_from);
    });
}

void ModelInbox::forget_blocks(Height height) {
    while (!blocks.empty() && blocks.begin()->first.first <= height)
        blocks.erase(blocks.begin());
}

ModelInbox ModelInbox::of(const RecoveredState& memory, const Digest& network) {
    ModelInbox out;
    for (const Bytes& envelope : memory.readings) {
        if (const auto reading = decode_reading(envelope, network))
            out.apply(PersistReading{*reading});
    }
    for (const Transaction& batch : memory.batches)
        out.apply(PersistBatch{std::get<Settlement>(batch.content).cluster, batch});
    for (const PersistEndorsement& row : memory.endorsements)
        out.apply(row);
    for (const Block& block : memory.blocks)
        out.apply(PersistBlock{block_id(block.header), block});
    out.doubts = memory.doubts;
    out.lost = memory.inbox_lost;
    return out;
}

RecoveredState ModelInbox::recall() const {
    RecoveredState memory;
    for (const auto& [slot, row] : readings)
        memory.readings.push_back(row.envelope);
    for (const auto& [cluster, batch] : batches)
        memory.batches.push_back(batch);
    for (const auto& [slot, row] : endorsements) {
        const auto& [cluster, window, version, batch] = slot;
        memory.endorsements.push_back(
            {{cluster, window, version, batch}, row.signature, row.batch});
    }
    for (const auto& [place, block] : blocks)
        memory.blocks.push_back(block);
    memory.doubts = doubts;
    memory.inbox_lost = lost;
    return memory;
}

}  // namespace fairfeed::test
