-- SPDX-License-Identifier: Apache-2.0
--
-- What a page of the manual needs to become HTML or a man page: links to other pages' Markdown become links to
-- what is made of it, and the fields of a directive a list where a table has no place.

local is_man = FORMAT:match 'man' ~= nil

local function is_elsewhere(target)
    return target:match '^%a+:' or target:sub(1, 1) == '#'
end

function Link(link)
    if is_man then
        local guide = link.target:match 'guides/([^#]*)%.md'
        if guide then -- a page of the HTML alone: SEE ALSO says where that is
            return { pandoc.Emph(link.content), pandoc.Space(), pandoc.Str('(guides/' .. guide .. '.html)') }
        end
        return link.target:match '^%a+:' and link or pandoc.Emph(link.content)
    end
    if is_elsewhere(link.target) then
        return link
    end
    local file, anchor = link.target:match '^([^#]*)(.*)$'
    if not file:match '%.md$' then
        return link.content -- a file of the sources, which is not beside the HTML
    end
    link.target = file:gsub('README%.md$', 'index.md'):gsub('%.md$', '.html') .. anchor
    return link
end

-- `<br>` in a cell.
function RawInline(raw)
    if raw.format == 'html' and raw.text:match '^<br' then
        return pandoc.LineBreak()
    end
end

-- The colours of blocks are not worth their size; a man page has none.
function CodeBlock(block)
    block.classes = {}
    return block
end

-- Said once in a man page, where all directives are together.
local same_for_all = { Override = true, Status = true, Module = true }

local function cell_text(cell)
    return pandoc.utils.stringify(cell.contents)
end

-- Each number of the error log has an address of its own: log-numbers.html#V6F0102.
local function name_rows(rows)
    for _, row in ipairs(rows) do
        local number = cell_text(row.cells[1]):match '^V6F%d+$'
        if number then
            row.attr = pandoc.Attr(number)
        end
    end
end

function Table(tbl)
    local rows = tbl.bodies[1].body
    if not is_man then
        name_rows(rows)
        return tbl
    end
    if #rows == 0 or cell_text(rows[1].cells[1]) ~= 'Description' then
        return nil
    end
    local items = {}
    for _, row in ipairs(rows) do
        local field, words = cell_text(row.cells[1]), row.cells[2].contents[1]
        if not same_for_all[field] then
            table.insert(items, { { pandoc.Strong(field) }, { { pandoc.Plain(words and words.content or {}) } } })
        end
    end
    return pandoc.DefinitionList(items)
end
