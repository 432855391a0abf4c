// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/decodedrow.h"

#include <map>
#include <memory>

namespace slotscope::core {

class SlotDirectory;

/// How the keys of an etcd are read, as the directory knew it at a moment. Cheap to copy, safe on any thread.
class CodecBook
{
public:
    struct Page
    {
        QString title; ///< of the slot; of ordinary keys empty
        SlotCodec codec;
        std::optional<Slot> slot; ///< nothing for ordinary keys
    };

    CodecBook();
    explicit CodecBook(const SlotDirectory &directory);

    /// Lives as long as a copy of the book.
    const Page &pageOf(const QByteArray &key) const;

private:
    struct Pages
    {
        std::map<Slot, Page> bySlot;
        Page others;
    };
    std::shared_ptr<const Pages> m_pages;
};

} // namespace slotscope::core
