#include "core/io/name_resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "core/io/host.h"

namespace fairfeed {
namespace {

// Least time between the end of a look-up and the next one of the same name.
constexpr std::int64_t kAgainMs = 2000;

struct FreeAddresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

std::string words_of(int code) {
    switch (code) {
        case EAI_NONAME:
        case EAI_NODATA:
            return "no name server and no hosts file knows this name";
        case EAI_AGAIN:
            return "no name server answers";
        default:
            return ::gai_strerror(code);
    }
}

}  // namespace

struct NameResolver::Book {
    struct Page {
        HostAddresses last;
        bool pending = false;
        std::int64_t asked_ms = INT64_MIN;
        std::vector<std::function<void()>> waiting;
    };

    explicit Book(Lookup lookup) : look_up(std::move(lookup)) {}

    void finish(const std::string& host, HostAddresses answer) {
        std::vector<std::function<void()>> waiting;
        {
            const std::lock_guard lock(mutex);
            Page& page = pages[host];
            page.pending = false;
            page.last.fault = std::move(answer.fault);
            if (!answer.addresses.empty()) page.last.addresses = std::move(answer.addresses);
            waiting.swap(page.waiting);
        }
        const std::lock_guard calling(call_mutex);
        if (silenced) return;
        for (const auto& ended : waiting)
            ended();
    }

    const Lookup look_up;
    std::mutex mutex;  // never held while something is looked up or called back
    std::map<std::string, Page> pages;
    std::mutex call_mutex;  // held while waiting callers are called
    bool silenced = false;
};

NameResolver::NameResolver(Lookup lookup) : book_(std::make_shared<Book>(std::move(lookup))) {}

void NameResolver::silence() {
    const std::lock_guard calling(book_->call_mutex);
    book_->silenced = true;
}

NameResolver::Known NameResolver::known(const std::string& host) const {
    if (is_address(host)) return {{{host}, ""}, false};
    const std::lock_guard lock(book_->mutex);
    const auto page = book_->pages.find(host);
    if (page == book_->pages.end()) return {};
    return {page->second.last, page->second.pending};
}

NameResolver::Known NameResolver::ask(const std::string& host, std::int64_t now_ms,
                                      std::function<void()> ended) {
    if (is_address(host)) return {{{host}, ""}, false};
    {
        const std::lock_guard lock(book_->mutex);
        Book::Page& page = book_->pages[host];
        const bool due = page.asked_ms == INT64_MIN || now_ms - page.asked_ms >= kAgainMs;
        if (page.pending || due) page.waiting.push_back(std::move(ended));
        if (page.pending || !due) return {page.last, page.pending};
        page.pending = true;
        page.asked_ms = now_ms;
    }
    try {
        std::thread([book = book_, host] { book->finish(host, book->look_up(host)); }).detach();
    } catch (const std::system_error& error) {
        book_->finish(host, {{}, std::string("no thread to look it up: ") + error.what()});
    }
    return known(host);
}

HostAddresses NameResolver::look_up(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0)
        return {{}, words_of(code)};
    const std::unique_ptr<addrinfo, FreeAddresses> owned(found);
    HostAddresses out;
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0,
                          NI_NUMERICHOST) != 0)
            continue;
        if (std::find(out.addresses.begin(), out.addresses.end(), text.data()) ==
            out.addresses.end())
            out.addresses.emplace_back(text.data());
    }
    if (out.addresses.empty()) out.fault = "it has no address";
    return out;
}

}  // namespace fairfeed
