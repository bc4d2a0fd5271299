#include "core/ledger/ledger_snapshot.h"

#include <map>

#include "core/wire/chain_codec.h"

namespace fairfeed {
namespace {

Unexpected<std::string> because(std::string reason) {
    return unexpected(std::move(reason));
}

}  // namespace

Result<void, std::string> check_snapshot(const Ledger& ledger, const ChainState& state) {
    if (state.height >= ledger.height()) {
        return because("the ledger ends at block " + std::to_string(ledger.height()) +
                       ", before the one that proves it");
    }
    const auto last = ledger.block(state.height);
    const auto next = ledger.block(state.height + 1);
    if (!last) return because(last.error().message);
    if (!next) return because(next.error().message);
    if (!*last || !*next) return because("the ledger lacks a block");
    if (block_id((*last)->block.header) != state.tip) {
        return because("it was made from another block " + std::to_string(state.height));
    }
    const BlockHeader& header = (*next)->block.header;
    if (header.parent != state.tip || header.app_hash != app_hash(state)) {
        return because("block " + std::to_string(header.height) + " says that its state is wrong");
    }
    return {};
}

std::optional<std::vector<SignedReading>> readings_in(const Ledger& ledger,
                                                      const std::vector<Digest>& ids) {
    std::map<Digest, std::size_t> wanted;
    for (std::size_t i = 0; i < ids.size(); ++i)
        wanted.emplace(ids[i], i);
    std::vector<SignedReading> found(ids.size());
    while (!wanted.empty()) {
        const auto height = ledger.find_transaction(wanted.begin()->first);
        if (!height || !*height) return std::nullopt;
        auto block = ledger.block(**height);
        if (!block || !*block) return std::nullopt;
        const std::size_t before = wanted.size();
        for (Transaction& transaction : (*block)->block.transactions) {
            auto* reading = std::get_if<SignedReading>(&transaction.content);
            const auto place = wanted.find(transaction.id);
            if (reading == nullptr || place == wanted.end()) continue;
            found[place->second] = std::move(*reading);
            wanted.erase(place);
        }
        if (wanted.size() == before) return std::nullopt;
    }
    return found;
}

}  // namespace fairfeed
