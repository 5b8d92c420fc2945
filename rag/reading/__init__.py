from rag.types import Paragraph
def split(document):
    out=[];pos=0;section=()
    for line in document.text.split("\n"):
        s=line.strip()
        if s and document.attributes.get("format")=="passage" or len(s)>15:
            st=pos+line.index(s); out.append(Paragraph(f"{document.id}#{len(out):04d}",document.id,section,st,st+len(s),s))
        elif s and s[0] in "一二三四五六七八九十": section=(s,)
        pos+=len(line)+1
    return out
