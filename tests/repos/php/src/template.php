<html>
<body class="function not_php()">
<?php namespace Shop\Views { class Page { public string $title; } function title(Page $page) { return $page->title; } } ?>
<?php namespace Shop\Pages { use Shop\Views\Page; class Page2 extends Page {} } ?>
</body>
</html>
