// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/codecbook.h"

#include "core/table/recordjson.h"

namespace slotscope::core {

CodecBook::CodecBook()
    : m_pages(std::make_shared<const Pages>(Pages {{}, {{}, codecFor(nullptr), {}}}))
{
}

CodecBook::CodecBook(const SlotDirectory &directory)
{
    auto pages = std::make_shared<Pages>();
    pages->others = {{}, codecFor(nullptr), {}};
    for (const Slot slot : directory.slotNumbers()) {
        const SlotInfo *info = directory.find(slot);
        if (info->kind != SlotKind::PlainKeys)
            pages->bySlot[slot] = {info->title(), codecFor(info), slot};
    }
    m_pages = std::move(pages);
}

const CodecBook::Page &CodecBook::pageOf(const QByteArray &key) const
{
    if (const auto slot = SlotDirectory::slotOf(key)) {
        if (const auto page = m_pages->bySlot.find(*slot); page != m_pages->bySlot.cend())
            return page->second;
    }
    return m_pages->others;
}

} // namespace slotscope::core
