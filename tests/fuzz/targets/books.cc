#include "core/accounts/books_codec.h"

#include "core/accounts/keyholder_accounts.h"
#include "tests/fuzz/properties.h"

// A keyholder's books in a snapshot.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const auto decode = [](ByteView bytes) -> Result<KeyholderAccounts, Reject> {
        cbor::Reader in(bytes);
        auto accounts = KeyholderAccounts::read(in, std::nullopt);
        if (!in.finish()) return unexpected(Reject::malformed);
        return accounts;
    };
    const auto encode = [](const KeyholderAccounts& accounts) {
        cbor::Writer out;
        accounts.write(out);
        return out.take();
    };
    fuzz::check_round_trip({data, size}, decode, encode);
    return 0;
}
