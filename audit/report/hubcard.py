"""The section of a model card as a pull request on the Hub; only when asked for."""

from __future__ import annotations

import re

from audit.schema import CaveatError

HEADING = "## Bias, Risks, and Limitations"
TITLE = "Add measured bias, risks and limitations"
_SECTION = re.compile(rf"^{re.escape(HEADING)}\s*$.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def with_section(readme: str, section: str) -> str:
    """Put a section into a model card: in place of the one of the same name, or at the end.

    Args:
        readme: the card as it is.
        section: as `audit.report.markdown.card_section` gives it, heading included.
    """
    section = section.strip() + "\n\n"
    if _SECTION.search(readme):
        return _SECTION.sub(lambda _: section, readme, count=1)
    return readme.rstrip() + "\n\n" + section


def open_pull_request(repo: str, section: str) -> str:
    """Open a pull request that puts a section into the card of a model.

    Args:
        repo: "owner/name" on the Hub; needs a token (`hf auth login`).
        section: see `with_section`.

    Returns:
        Address of the pull request.

    Raises:
        CaveatError: when the Hub cannot be reached, or does not let this user do it.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, HFValidationError

    api = HfApi()
    try:
        try:
            path = api.hf_hub_download(repo, "README.md")
            with open(path, encoding="utf-8") as file:
                readme = file.read()
        except EntryNotFoundError:
            readme = ""
        done = api.upload_file(
            path_or_fileobj=with_section(readme, section).encode(),
            path_in_repo="README.md",
            repo_id=repo,
            commit_message=TITLE,
            create_pr=True,
        )
    except HFValidationError:
        raise CaveatError(f"--open-pr {repo!r} is no model on the Hub. Write owner/name.") from None
    except (HfHubHTTPError, OSError) as error:
        line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CaveatError(
            f"--open-pr: the Hub did not take it ({line}). Check the name and your token (hf auth login), or paste "
            "model-card-section.md by hand."
        ) from None
    return str(done.pr_url or done.commit_url)
