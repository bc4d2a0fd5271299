#include "gateway/commands/served_notice.h"

#include "core/io/clock.h"
#include "core/io/event_queue.h"
#include "core/io/status_file.h"
#include "gateway/service/notice_outbox.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kLookEveryMs = 200;

}  // namespace

bool is_served(const GatewayConfig& config) {
    const auto found = read_status(status_file_of(config), Clock().now().real_ms);
    return found && found->is_current();
}

Result<std::optional<Height>, std::string> submit_to_service(const GatewayConfig& config,
                                                             const Digest& network,
                                                             const Transaction& notice,
                                                             std::int64_t most_ms) {
    const auto ledger = Ledger::open_read_only(config.ledger, network);
    if (!ledger) return unexpected(ledger.error().message);
    if (const auto put = NoticeOutbox(config.ledger).put(notice); !put)
        return unexpected(put.error().message);
    const Clock clock;
    EventQueue<int> nothing(1);  // whose wait is the pause between two looks
    const std::int64_t until_ms = clock.now().steady_ms + most_ms;
    while (true) {
        const auto height = ledger->find_transaction(notice.id);
        if (!height) return unexpected(height.error().message);
        if (*height || clock.now().steady_ms >= until_ms) return *height;
        (void)nothing.pop_batch(1, kLookEveryMs);
    }
}

}  // namespace fairfeed
